import type { Moment } from "../moments.ts";
import type { Act, Done, OrderPlan, Plan } from "../plan.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** One way that an order can go, as a plan without chance: what happens besides, is put at its points. */
export type Flow = {
  name: string;
  /** What happens in it, as a sentence. */
  says: string;
  plan: Plan;
  /** The faults that it is about, without which it would go another way. */
  given: Done[];
  /** From when until when nothing happens in it but what happens in every hour: that is swept in another flow. */
  quiet: [from: number, until: number];
  /** Points that it passes in this order. */
  inOrder: string[];
  /** What it reaches when nothing else goes wrong: without that it is not this flow. */
  reaches: string[];
};

type Told = {
  says: string;
  orders?: Partial<OrderPlan>[];
  acts?: Act[];
  given?: Done[];
  /** For how long its points are passed. */
  lasts?: number;
  /** From when until when nothing happens in it but what happens in every hour. */
  quiet?: [from: number, until: number];
  inOrder?: string[];
  reaches: string[];
};

const flow = (name: string, told: Told): Flow => {
  const { says, orders = [{}], acts = [], given = [], inOrder = [], reaches } = told;
  const { lasts = 20 * SECOND, quiet = [0, 0] } = told;
  return {
    ...{ name, says, given, quiet, inOrder, reaches },
    plan: {
      ...{ version: 1, seed: 1, until: 0, calmAt: lasts, acts },
      orders: orders.map((order, index) => ({
        ...{ name: `order-${index + 1}`, at: 0, as: "alice", card: "tok_approve", twice: false },
        ...{ lines: [{ productId: "prd_hay", quantity: 1 }], tries: 90 },
        ...order,
      })),
      faults: { kind: "exactly", points: given },
    },
  };
};

const at = (moment: Moment, wait: number) => ({ order: "order-1", moment, wait });
const cancel = (when: Act["when"], name = "cancel order-1"): Act => ({
  ...{ name, do: "cancel", order: "order-1", when },
});
/** Three times, for then a person has to look. */
const stops = (whenAfter: (wait: number) => Act["when"]): Act[] =>
  [0, 3, 6].map((seconds) => ({
    ...{ name: `stop order-1 after ${seconds} s`, do: "stop a saga", order: "order-1" },
    when: whenAfter(seconds * SECOND),
  }));
const asking = (wait: number) => at("authorizing", 500 + wait);
const decide = (decision: "resume" | "close", after = MINUTE): Act => ({
  ...{ name: `${decision} order-1`, do: decision, order: "order-1" },
  when: { at: after },
});
const refundByHand = (when: Act["when"]): Act => ({
  ...{ name: "refund order-1", do: "refund by hand", order: "order-1", when },
});
const cancelled = (
  says: string,
  when: Act["when"],
  [reaches, inOrder]: [reaches: string[], inOrder: string[]],
  held?: string,
): Told => ({
  ...{ says: `The customer cancels ${says}.`, acts: [cancel(when)], lasts: 40 * SECOND },
  ...{ reaches, inOrder, given: held ? [{ point: held, fault: "delay" }] : [] },
});

/** The points between which a customer cancels. */
const passing = {
  read: "OrdersApi dynamodb.GetItem:Orders order-1 #2",
  write: "OrdersApi dynamodb.TransactWriteItems:Orders order-1 #2",
  reserve: "FulfilOrder lambda.Invoke:ReserveStock order-1 #1",
  reserved: "ReserveStock dynamodb.TransactWriteItems:Inventory order-1 #1",
  ask: "AuthorizePayment dynamodb.PutItem:Payments order-1 #1",
  yes: "ProviderApi dynamodb.PutItem:Provider order-1 #1",
  confirm: "ConfirmOrder dynamodb.TransactWriteItems:Orders order-1 #1",
  capture: "CapturePayment dynamodb.TransactWriteItems:Payments order-1 #1",
  commit: "CommitStock dynamodb.TransactWriteItems:Inventory order-1 #1",
};
const before = ["order PLACED -> CANCELLED"];
const after = ["order PLACED -> CONFIRMED", "order CANCELLING -> CANCELLED"];
const released = [...before, "reservation HELD -> RELEASED"];
const parrot = [{ productId: "prd_parrot", quantity: 1 }];

/** Every way that an order can go, by name. */
export const flows: Flow[] = [
  flow("happy", {
    says: "An order of two products is paid and sold; every sweep runs afterwards.",
    lasts: 6 * MINUTE,
    orders: [
      {
        lines: [
          { productId: "prd_hay", quantity: 2 },
          { productId: "prd_collar", quantity: 1 },
        ],
      },
    ],
    reaches: ["order PLACED -> CONFIRMED", "reservation HELD -> SOLD", "payment Captured"],
  }),
  flow("decline", {
    says: "The bank says no.",
    orders: [{ card: "tok_decline" }],
    reaches: ["order REJECTING -> REJECTED", "payment Declined", "reservation HELD -> RELEASED"],
  }),
  flow("out-of-stock", {
    says: "There is less than what is wanted.",
    orders: [{ lines: [{ productId: "prd_parrot", quantity: 2 }] }],
    reaches: ["order REJECTING -> REJECTED", "step FulfilOrder.ReserveStock"],
  }),
  flow("late-card", {
    says: "The bank takes twenty seconds to say yes.",
    orders: [{ card: "tok_late" }],
    lasts: 50 * SECOND,
    reaches: ["order PLACED -> CONFIRMED", "reservation HELD -> SOLD"],
  }),
  flow("silent-card", {
    says: "The bank says yes, and nobody is told: not by an answer, not by a webhook.",
    orders: [{ card: "tok_timeout_approve" }],
    lasts: 90 * SECOND,
    reaches: ["order PLACED -> CONFIRMED", "reservation HELD -> SOLD"],
  }),
  flow(
    "cancel-a",
    cancelled(
      "before anything is reserved",
      at("placed", 60),
      [before, [passing.write, passing.reserved]],
      passing.reserve,
    ),
  ),
  flow(
    "cancel-b",
    cancelled("while the stock is reserved", at("reserving", 0), [
      released,
      [passing.reserve, passing.reserved, passing.write],
    ]),
  ),
  flow(
    "cancel-c",
    cancelled(
      "while the bank is asked",
      at("authorizing", 100),
      [released, [passing.ask, passing.write, passing.yes]],
      "url lambda.Invoke:ProviderApi order-1 #1",
    ),
  ),
  flow(
    "cancel-d",
    cancelled(
      "when the bank has said yes",
      at("authorized", 0),
      [released, [passing.yes, passing.write]],
      passing.confirm,
    ),
  ),
  flow(
    "cancel-e",
    cancelled(
      "while the order is confirmed, which comes first",
      at("authorizing", 100),
      [after, [passing.read, passing.confirm]],
      passing.write,
    ),
  ),
  flow(
    "cancel-f",
    cancelled("when the money is taken", at("captured", 0), [
      after,
      [passing.capture, passing.write],
    ]),
  ),
  flow(
    "cancel-g",
    cancelled("when all is sold", { at: 30 * SECOND }, [after, [passing.commit, passing.write]]),
  ),
  flow("cancel-h", {
    says: "The customer cancels twice at once, and once more.",
    acts: [
      cancel(at("captured", 0)),
      cancel(at("captured", 0), "cancel order-1 at once"),
      cancel(at("captured", 5 * SECOND), "cancel order-1 again"),
    ],
    lasts: 40 * SECOND,
    reaches: after,
  }),
  flow("expiry", {
    says: "The saga is stopped three times, and nobody looks until what was reserved has expired; there is still enough.",
    orders: [{ card: "tok_late" }],
    acts: [...stops(asking), decide("resume", 62 * MINUTE)],
    lasts: 66 * MINUTE,
    quiet: [MINUTE, 59 * MINUTE],
    reaches: ["reservation HELD -> EXPIRED", "reservation EXPIRED -> HELD"],
  }),
  flow("refund", {
    says: "What was reserved expires before the money is taken, and is sold to somebody else: the money goes back, at the third try.",
    orders: [
      { lines: parrot, card: "tok_refund_fails" },
      { at: 62 * MINUTE, as: "bob", lines: parrot },
    ],
    given: [{ point: "FulfilOrder lambda.Invoke:CapturePayment order-1 #1", fault: "outage" }],
    lasts: 72 * MINUTE,
    quiet: [MINUTE, 59 * MINUTE],
    reaches: ["order CANCELLING -> CANCELLED", "payment Refunded", "reservation HELD -> EXPIRED"],
  }),
  flow("late-commit", {
    says: "The money is taken, and the stock is sold only after what was reserved has expired; there is still enough.",
    given: [{ point: "FulfilOrder lambda.Invoke:CommitStock order-1 #1", fault: "outage" }],
    lasts: 72 * MINUTE,
    quiet: [MINUTE, 59 * MINUTE],
    reaches: ["reservation HELD -> EXPIRED", "reservation EXPIRED -> SOLD"],
  }),
  flow("attention-reject", {
    says: "The bank says no, and the saga is stopped three times while the stock cannot be released: a person looks, and lets the order go on.",
    orders: [{ card: "tok_decline" }],
    given: [{ point: "FulfilOrder lambda.Invoke:ReleaseStock order-1 #1", fault: "outage" }],
    acts: [...stops((wait) => ({ at: 20 * SECOND + wait })), decide("resume", 12 * MINUTE)],
    lasts: 14 * MINUTE,
    quiet: [MINUTE, 11 * MINUTE],
    reaches: ["order REJECTING -> NEEDS_ATTENTION", "order NEEDS_ATTENTION -> REJECTING"],
  }),
  flow("attention-refund", {
    says: "The customer cancels when all is sold, and the saga is stopped three times while the money cannot be given back: a person pays by bank transfer, and closes the order.",
    acts: [
      cancel({ at: 30 * SECOND }),
      ...stops((wait) => ({ at: 32 * SECOND + wait })),
      refundByHand({ at: 3 * MINUTE }),
    ],
    given: [{ point: "ReturnOrder lambda.Invoke:RefundPayment order-1 #1", fault: "outage" }],
    lasts: 5 * MINUTE,
    reaches: ["order CANCELLING -> NEEDS_ATTENTION", "payment RefundedByHand"],
  }),
  flow("attention-return", {
    says: "The customer cancels when all is sold, and for twelve hours the money cannot be given back: a person pays by bank transfer, and closes the order.",
    acts: [cancel({ at: 30 * SECOND }), refundByHand(at("attention", 2 * MINUTE))],
    given: Array.from({ length: 301 }, (_, i) => ({
      point: `ReturnOrder lambda.Invoke:RefundPayment order-1 #${i + 1}`,
      fault: "throttle",
    })),
    lasts: 740 * MINUTE,
    quiet: [0, 732 * MINUTE],
    reaches: [
      ...["order CANCELLING -> NEEDS_ATTENTION", "payment RefundedByHand"],
      ...["step ReturnOrder.MarkNeedsAttention", "step ReturnOrder.NeedsAttention"],
    ],
  }),
  flow("other-sum", {
    says: "The provider takes more than it was asked for: a person looks, and lets the order go on.",
    orders: [{ card: "tok_overcharge" }],
    acts: [decide("resume")],
    lasts: 90 * SECOND,
    reaches: ["payment Disputed", "order NEEDS_ATTENTION -> CONFIRMED"],
  }),
  flow("attention-resume", {
    says: "Somebody stops the saga three times; a person looks, and lets the order go on.",
    orders: [{ card: "tok_late" }],
    acts: [...stops(asking), decide("resume")],
    lasts: 2 * MINUTE,
    reaches: ["order NEEDS_ATTENTION -> PLACED", "order PLACED -> CONFIRMED"],
  }),
  flow("attention-close", {
    says: "Somebody stops the saga three times; a person looks, and closes the order.",
    orders: [{ card: "tok_late" }],
    acts: [...stops(asking), decide("close")],
    lasts: 2 * MINUTE,
    reaches: ["order PLACED -> NEEDS_ATTENTION", "order NEEDS_ATTENTION -> CANCELLING"],
  }),
];

/** The flow of a name. */
export const flowNamed = (name: string): Flow | undefined => flows.find((one) => one.name === name);

/** Whether a case is of a flow that takes hours: it takes ten times as long to run as another. */
export const takesHours = ({ flow }: { flow: string }): boolean =>
  (flowNamed(flow)?.plan.calmAt ?? 0) > 120 * MINUTE;
