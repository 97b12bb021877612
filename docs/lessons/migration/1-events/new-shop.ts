import type { Envelope } from "@petstore/core/event";
import type { Around } from "../monolith/shop.ts";

/** The shop that the monolith grows into: what is asked of it, from the first step on. */
export type NewShop = {
  /** Sends a request to its API. */
  api: (path: string, init?: RequestInit) => Promise<Response>;
  /** Posts something to its API as the shop's staff: the same thing, once for a key. Throws where it is refused. */
  asStaff: (path: string, key: string, body: object) => Promise<void>;
  /** Publishes up to ten events. Answers which of them the bus did not take, by their places. */
  publish: (events: readonly Envelope[]) => Promise<ReadonlyMap<number, string>>;
  /** Puts an event into the queue of one consumer, and tells nobody else. */
  tellOnly: (consumer: "OrderViews", event: Envelope) => Promise<void>;
  /** Calls a function by its name in the infrastructure. Throws what it threw. */
  invoke: (name: string, input: object) => Promise<unknown>;
  /** Lets the order saga begin with each OrderPlaced, or not. */
  letSagasBegin: (on: boolean) => Promise<void>;
};

/** What is around the monolith, and the new shop beside it. */
export type AroundBoth = Around & { newShop: NewShop };
