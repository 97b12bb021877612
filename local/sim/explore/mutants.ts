import { ok } from "@petstore/core/result";
import type { Rung, Saga } from "@petstore/core/saga";
import { OrderConfirmed } from "@petstore/events/orders";
import { fulfilOrder as fulfilWhole } from "../../../services/orders/src/saga/fulfil-order.ts";
import { returnOrder as returnWhole } from "../../../services/orders/src/saga/return-order.ts";
import { withoutOwnSteps } from "./own-steps.ts";
import {
  type Aggregate,
  type CommandOf,
  compiled,
  type Machine,
  type Rules,
  type StateOf,
  theRules as wholeRules,
} from "./rules.ts";
import type { Scenario } from "./scenario.ts";
import { laterRunFindsNoStock } from "./scenarios.ts";

const [fulfilOrder, returnOrder] = [withoutOwnSteps(fulfilWhole), withoutOwnSteps(returnWhole)];
const theRules: Rules = {
  ...wholeRules,
  machines: { FulfilOrder: compiled(fulfilOrder), ReturnOrder: compiled(returnOrder) },
};

type Decide<On extends Aggregate> = (
  state: StateOf[On],
  command: CommandOf[On],
  real: ReturnType<Rules[On]["decide"]>,
) => ReturnType<Rules[On]["decide"]> | undefined;

/** A rulebook that decides otherwise where `broken` answers something. */
const decides = <On extends Aggregate>(on: On, broken: Decide<On>): Rules => {
  const { decide } = theRules[on];
  const instead = (state: StateOf[On], command: CommandOf[On]) => {
    const real = decide(state as never, command as never) as ReturnType<Rules[On]["decide"]>;
    return broken(state, command, real) ?? real;
  };
  return { ...theRules, [on]: { ...theRules[on], decide: instead } };
};

const nothing = ok([]);

/** Saves of this aggregate that do not ask for the version. */
const unconditional = (on: Aggregate): Rules => ({
  ...theRules,
  isSplit: true,
  conditional: { ...theRules.conditional, [on]: false },
});

/** A saga with other rungs. */
const climbs = (saga: Saga, rungs: readonly Rung[]): Rules => ({
  ...theRules,
  machines: { ...theRules.machines, [saga.name]: compiled({ ...saga, rungs }) },
});

/** The forward ladder with another document. */
const compiledTo = (change: (states: Machine["States"]) => void): Rules => {
  const machine = structuredClone(theRules.machines.FulfilOrder);
  change(machine.States);
  return { ...theRules, machines: { ...theRules.machines, FulfilOrder: machine } };
};

const rungs: readonly Rung[] = fulfilOrder.rungs;
const [reject, reserve, authorize, confirm, capture, commit] = rungs as [
  Rung,
  Rung,
  Rung,
  Rung,
  Rung,
  Rung,
];
const [refund, goods, close] = returnOrder.rungs as readonly Rung[] as [Rung, Rung, Rung];
const card = "tok_approve";

/** One thing broken: where it is walked, which promise has to break, and after how many steps at the earliest. */
export type Mutant = {
  name: string;
  rules: Rules;
  where: Omit<Scenario, "name">;
  breaks: RegExp;
  steps: number;
};

/** Rulebooks and ladders in which one thing is broken. */
export const mutants: Mutant[] = [
  {
    name: "an order is saved whatever its version",
    rules: unconditional("order"),
    ...{ where: { card, cancels: 1 }, breaks: /^I[34]/, steps: 13 },
  },
  {
    name: "a reservation is saved whatever its version",
    rules: unconditional("stock"),
    ...{ where: { card, expiries: 1 }, breaks: /^I[23]/, steps: 19 },
  },
  {
    name: "a payment is saved whatever its version",
    rules: unconditional("payment"),
    ...{ where: { card, cancels: 1 }, breaks: /^I/, steps: 11 },
  },
  {
    name: "a cancelled order can still be confirmed",
    rules: decides("order", (state, command) =>
      command.type === "ConfirmOrder" && state.status === "CANCELLED" && !state.confirmed
        ? ok([OrderConfirmed(state)])
        : undefined,
    ),
    ...{ where: { card, cancels: 1 }, breaks: /^I[34]/, steps: 12 },
  },
  {
    name: "a cancellation after the pivot cancels at once",
    rules: decides("order", (state, command) =>
      command.type === "CancelOrder" && state.status === "CONFIRMED"
        ? theRules.order.decide({ ...state, status: "PLACED" }, command)
        : undefined,
    ),
    ...{ where: { card, cancels: 1 }, breaks: /^I/, steps: 12 },
  },
  {
    name: "releasing nothing leaves no tombstone",
    rules: decides("stock", ({ reservation }, command) =>
      command.type === "ReleaseStock" && reservation.status === "NONE" ? nothing : undefined,
    ),
    ...{ where: { card, kinds: ["unseen"], faults: 2 }, breaks: /^I9/, steps: 7 },
  },
  {
    name: "the provider forgets what was given up before it was asked for",
    rules: {
      ...theRules,
      perform: (before, operation, now) => {
        const done = theRules.perform(before, operation, now);
        const isNew = operation.type === "authorize" && before?.state === "voided" && !before.card;
        return isNew ? theRules.perform(undefined, operation, now) : done;
      },
    },
    ...{ where: { card, kinds: ["unseen"], faults: 2 }, breaks: /^I/, steps: 15 },
  },
  {
    name: "what is held is not returned",
    rules: decides("stock", ({ reservation }, command) =>
      command.type === "ReturnStock" && reservation.status === "HELD" ? nothing : undefined,
    ),
    ...{ where: { card, cancels: 1 }, breaks: /^I/, steps: 24 },
  },
  {
    name: "what has expired is sold, whatever is left",
    rules: decides("stock", (holding, command) =>
      command.type === "CommitStock" && holding.reservation.status === "EXPIRED"
        ? theRules.stock.decide(
            { ...holding, reservation: { ...holding.reservation, status: "HELD" } },
            command,
          )
        : undefined,
    ),
    ...{ where: { card, expiries: 1 }, breaks: /^I2/, steps: 16 },
  },
  {
    name: "a reservation that has expired is released once more",
    rules: decides("stock", (holding, command) =>
      command.type === "ReleaseStock" && holding.reservation.status === "EXPIRED"
        ? theRules.stock.decide(
            { ...holding, reservation: { ...holding.reservation, status: "HELD" } },
            command,
          )
        : undefined,
    ),
    ...{ where: { card: "tok_decline", expiries: 1 }, breaks: /^I2/, steps: 14 },
  },
  {
    name: "money goes back only for cancellations",
    rules: decides("payment", (_, command) =>
      command.type === "RefundPayment" && command.cause === "failure" ? nothing : undefined,
    ),
    ...{ where: { card, needsNobody: true, expiries: 1, counts: 1 }, breaks: /^I7/, steps: 25 },
  },
  {
    name: "a run begins as often as it is asked to",
    rules: { ...theRules, namedRuns: false },
    ...{ where: { card, kinds: ["delivered twice"], faults: 1 }, breaks: /^I17/, steps: 4 },
  },
  {
    name: "the failed step itself is not undone",
    rules: compiledTo((states) => {
      for (const choice of states.UndoFrom?.Choices ?? [])
        if (choice.Next === "VoidPayment") choice.Next = "ReleaseStock";
    }),
    ...{ where: { card }, breaks: /^I15/, steps: 13 },
  },
  {
    name: "a later run undoes its own steps alone",
    rules: compiledTo(({ UndoFrom }) => {
      if (UndoFrom)
        UndoFrom.Choices = UndoFrom.Choices?.filter(({ Condition }) =>
          Condition.includes("failedStep"),
        );
    }),
    ...{ where: laterRunFindsNoStock, breaks: /^I15/, steps: 15 },
  },
  {
    name: "the customer is told before all is undone",
    rules: climbs(fulfilOrder, [
      { do: "ReserveStock", undo: "ReleaseStock" },
      { undo: "RejectOrder" },
      authorize,
      confirm,
      capture,
      commit,
    ]),
    ...{ where: { card, kinds: ["ended"], faults: 1 }, breaks: /^I9/, steps: 16 },
  },
  {
    name: "an undo that fails is passed over",
    rules: compiledTo((states) => {
      for (const caught of states.VoidPayment?.Catch ?? []) caught.Next = "ReleaseStock";
    }),
    ...{ where: { card, kinds: ["crash"], faults: 2 }, breaks: /^I/, steps: 14 },
  },
  {
    name: "the saga turns back without taking the pivot the other way",
    rules: compiledTo((states) => {
      for (const state of Object.values(states))
        for (const caught of state.Catch ?? [])
          if (caught.Next === "AbandonOrder") caught.Next = "UndoFrom";
    }),
    ...{ where: { card }, breaks: /^I/, steps: 6 },
  },
  {
    name: "a step that is not answered in time is taken for done",
    rules: compiledTo((states) => {
      const step = states.AuthorizePayment;
      step?.Catch?.unshift({ ErrorEquals: ["States.Timeout"], Next: "ConfirmOrder" });
    }),
    ...{ where: { card: "tok_late", needsNobody: true }, breaks: /^I7/, steps: 9 },
  },
  {
    name: "a doubt about the pivot turns the saga back past it",
    rules: compiledTo((states) => {
      for (const caught of states.ConfirmOrder?.Catch ?? []) caught.Next = "UndoFrom";
    }),
    ...{ where: { card, kinds: ["crash"], faults: 2 }, breaks: /^I/, steps: 16 },
  },
  {
    name: "the money is taken before the pivot",
    rules: climbs(fulfilOrder, [reject, reserve, authorize, capture, confirm, commit]),
    ...{ where: { card }, breaks: /^I8/, steps: 11 },
  },
  {
    name: "the stock is not committed",
    rules: climbs(fulfilOrder, [reject, reserve, authorize, confirm, capture]),
    ...{ where: { card }, breaks: /^I/, steps: 13 },
  },
  {
    name: "an order is closed before its money is back",
    rules: climbs(returnOrder, [close, refund, goods]),
    ...{ where: { card, cancels: 1, kinds: ["ended"], faults: 1 }, breaks: /^I[89]/, steps: 21 },
  },
  {
    name: "a step that is refused after the pivot is passed over",
    rules: compiledTo((states) => {
      for (const caught of states.CapturePayment?.Catch ?? []) caught.Next = "CommitStock";
    }),
    ...{ where: { card: "tok_gone" }, breaks: /^I8/, steps: 15 },
  },
];
