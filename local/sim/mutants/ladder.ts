import { type Mutant, struck } from "./mutant.ts";

const STATES = "packages/core/src/saga-states.ts";
const MACHINE = "packages/core/src/state-machine.ts";
const FULFIL = "services/orders/src/saga/fulfil-order.ts";

/** The saga: its ladder, and what it is compiled to. */
export const ladder: Mutant[] = [
  {
    name: "no-task-is-tried-again",
    published: 10,
    defect:
      "No step is tried again: whatever passes by itself costs the customer the order, or calls for a person.",
    patches: [{ file: STATES, find: "  Retry,\n", replace: "  Retry: Retry.slice(0, 0),\n" }],
    brought: {
      plain: true,
      exactly: struck("FulfilOrder lambda.Invoke:CapturePayment order-1", "lost-request"),
    },
  },
  {
    name: "undo-fails-in-silence",
    published: 13,
    defect:
      "An undo that fails ends the execution, and nobody is told: the money stays where it is.",
    patches: [
      {
        file: STATES,
        find: '  Catch: [caught(step, "States.ALL", attention)],\n});\n\n/** Tells the order',
        replace: "  ...(attention ? {} : {}),\n});\n\n/** Tells the order",
      },
    ],
    elsewhere: "packages/core/src/saga.test.ts",
  },
  {
    name: "undo-in-the-order-of-the-steps",
    published: 14,
    defect:
      "Undos run from the first step on: the customer reads that all is off while stock and money are still held.",
    patches: [
      {
        file: MACHINE,
        find: "rungs.slice(0, at + 1).findLast((rung) => rung.undo)?.undo",
        replace: "rungs.slice(0, at + 1).find((rung) => rung.undo)?.undo",
      },
      {
        file: MACHINE,
        find: "backward(call(undo, undoFrom(at - 1)), attention)",
        replace:
          "backward(call(undo, rungs.slice(at + 1).find((rung) => rung.undo)?.undo), attention)",
      },
    ],
    brought: { plain: true, cards: ["tok_decline"] },
  },
  {
    name: "failed-step-not-undone",
    published: 18,
    defect:
      "Undone is what succeeded: a step whose answer was lost is not, and its stock or money stays held.",
    patches: [
      {
        file: MACHINE,
        find: "[[step, undoFrom(at) as string]]",
        replace: "[[step, (undoFrom(at - 1) ?? undoFrom(at)) as string]]",
      },
    ],
    brought: { plain: true, cards: ["tok_late"], cancels: ["authorizing", 3_000] },
  },
  {
    name: "payment-not-undone",
    defect:
      "The ladder forgets to give a payment up: a rejected order's money stays blocked on the customer's card.",
    patches: [{ file: FULFIL, find: ', undo: "VoidPayment"', replace: "" }],
    brought: { plain: true, cards: ["tok_late"], cancels: ["authorizing", 3_000] },
  },
  {
    name: "stock-not-undone",
    defect: "The ladder forgets to release stock: a rejected order's goods stay on hold.",
    patches: [{ file: FULFIL, find: ', undo: "ReleaseStock"', replace: "" }],
    brought: { plain: true, cards: ["tok_decline"] },
  },
  {
    name: "captured-before-the-pivot",
    defect:
      "Money is taken while the order can still be cancelled: who cancels in between has paid for nothing.",
    patches: [
      {
        file: FULFIL,
        find: '{ do: "ConfirmOrder", pivot: { or: "AbandonOrder" } },',
        replace: '{ "do": "CapturePayment" },',
      },
      {
        file: FULFIL,
        find: '{ do: "CapturePayment" },',
        replace: '{ do: "ConfirmOrder", pivot: { or: "AbandonOrder" } },',
      },
    ],
    brought: {
      plain: true,
      exactly: struck(
        "OrdersRelayOutbox events.PutEvents:orders.OrderCancelled.v1 order-1",
        "delay",
      ),
      cancels: ["authorized", 0],
    },
  },
  {
    name: "nothing-gives-up",
    defect:
      "Where a step after the pivot is refused for good, nothing leads to a refund: the order waits for a person.",
    patches: [{ file: FULFIL, find: '  giveUp: "GiveUpOrder",\n', replace: "" }],
    brought: { plain: true, cards: ["tok_gone"] },
  },
];
