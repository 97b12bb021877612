import type { DatabaseSync } from "node:sqlite";
import type { Order } from "./orders.ts";

/** What a customer sends. */
export type Wanted = { lines: { productId: string; quantity: number }[]; paymentToken: string };

/** A no, with its HTTP status and a sentence for the customer. It takes the transaction back in which it is thrown. */
export class Refused extends Error {
  override name = "Refused";
  readonly status: 402 | 409 | 422 | 503;
  constructor(status: 402 | 409 | 422 | 503, sentence: string) {
    super(sentence);
    this.status = status;
  }
}

/** What is around the monolith: everything that is not in its process. */
export type Around = {
  /** Where its database is. */
  file: string;
  /** The time, as ISO 8601. */
  now: () => string;
  /** Who sent a request; undefined for somebody who is not signed in. */
  signedIn: (request: Request) => { customerId: string; email: string } | undefined;
  /** Asks the card company to take the money for an order, once. Throws where it gives no answer. */
  charge: (order: Order, paymentToken: string) => Promise<"taken" | "declined">;
  sendMail: (to: string, subject: string, text: string, order: Order) => Promise<void>;
};

/**
 * What the monolith does around the writing of an order. Each step of the migration puts another part in place of one.
 */
export type Parts = {
  /** Takes the order's lines from the shelf, in its transaction. Throws Refused where there is not enough. */
  take: (sql: DatabaseSync, order: Order) => void | Promise<void>;
  /** What else is written in the order's transaction. */
  inside: (sql: DatabaseSync, order: Order) => void;
  /** What is done after it. */
  after: (order: Order, email: string) => Promise<void>;
  /** What has to be done beside, where the transaction is taken back. */
  undo: (sql: DatabaseSync, order: Order) => Promise<void>;
};
