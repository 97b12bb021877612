import type { Holding } from "../../../services/inventory/src/domain/holding.ts";
import type { OrderState, Placed } from "../../../services/orders/src/domain/order-state.ts";
import type { PaymentState } from "../../../services/payments/src/domain/payment-state.ts";
import type { Steps } from "./own-steps.ts";
import type { Failure, RunInput } from "./program.ts";
import type { ProviderRow } from "./provider.ts";

/** An order's row: its state, and whether it stands in the index `open`. */
export type OrderRow = { state: OrderState; open: boolean };

/** An execution of a saga. What is over keeps only what others ask of it. */
export type Execution = {
  saga: "FulfilOrder" | "ReturnOrder";
  name: string;
  status: "RUNNING" | "SUCCEEDED" | "FAILED";
  input: RunInput;
  /** The state of its ladder that it is in, and what it remembers of the step that failed last. */
  at?: string;
  failedStep?: string;
  failure?: Failure;
  /** The task token that it waits for. */
  token?: number;
  /** Why it ended early. */
  error?: string;
};

/** A function that runs: where it stands, who waits for it, and what it has read that is still so. */
export type Thread = {
  standing: number;
  /** What it is called in a story. */
  name: string;
  execution?: string;
  mail?: number;
  token?: number;
  fresh: { order?: true; stock?: true; payment?: true; step?: true };
};

/** What is on its way to a function: an event, a webhook, the end of an execution. */
export type Mail = { program: string; args: object };

/** What may still go wrong, and what people may still do. */
export type Left = {
  faults: number;
  cancels: number;
  resumes: number;
  closes: number;
  expiries: number;
  sweeps: number;
  counts: number;
  refundsByHand: number;
  comparisons: number;
};

/** Which way the pivot was taken: nobody in the shop writes it down but us. */
export type Ghost = { pivot?: string; broken?: string };

/** A state of the whole: numbers of values in tables. */
export type World = {
  order: number;
  stock: number;
  payment: number;
  step: number;
  provider: number;
  ghost: number;
  left: number;
  executions: readonly number[];
  threads: readonly number[];
  mail: readonly number[];
};

/** A world as one key: two are the same where it is. */
export const keyOf = (world: World): string =>
  `${world.order},${world.stock},${world.payment},${world.step},${world.provider},${world.ghost},${world.left};${world.executions};${world.threads};${world.mail}`;

const byNumber = (a: number, b: number) => a - b;

/** The numbers with another one in place of the first of these. */
export const replaced = (numbers: readonly number[], one: number | undefined, by?: number) => {
  const next = [...numbers];
  if (one !== undefined) next.splice(next.indexOf(one), 1);
  if (by !== undefined) next.push(by);
  return next.sort(byNumber);
};

/** A step from one world to another: in words, and whether it is the shop's own, a fault, or somebody's from outside. */
export type Move = { kind: "own" | "fault" | "outside"; words: string; to: World };

/** A world as its judge sees it. */
export type Seen = {
  order: Placed;
  open: boolean;
  stock: Holding;
  payment: PaymentState;
  steps: Steps;
  /** What is called down the forward ladder, and up. */
  ladder: readonly string[];
  provider: ProviderRow;
  ghost: Ghost;
  executions: Execution[];
};
