import type { Passage } from "./points.ts";

/** By what a moment in the life of an order is known: the call that begins at it. */
const signs = {
  placed: ({ who, operation }) => who === "OrdersApi" && operation === "TransactWriteItems",
  reserving: ({ target }) => target === "ReserveStock",
  authorizing: ({ operation, target }) => operation === "Invoke" && target === "AuthorizePayment",
  authorized: ({ who, operation }) => operation === "SendTaskSuccess" || who === "ConfirmOrder",
  confirming: ({ who, operation }) => who === "ConfirmOrder" && operation === "TransactWriteItems",
  captured: ({ target }) => target === "CommitStock",
  sold: ({ who, operation }) => who === "CommitStock" && operation === "TransactWriteItems",
  returning: ({ target }) => target === "RefundPayment" || target === "ReturnStock",
  attention: ({ who, operation }) =>
    who === "MarkNeedsAttention" && operation === "TransactWriteItems",
} satisfies Record<string, (passage: Passage) => boolean>;

/** A moment in the life of an order at which somebody may act. */
export type Moment = keyof typeof signs;

/** The names of all moments. */
export const moments = Object.keys(signs) as Moment[];

/** The moments that begin with what passes. */
export const momentsAt = (passage: Passage): Moment[] =>
  moments.filter((moment) => signs[moment](passage));
