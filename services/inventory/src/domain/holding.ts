import type { EventOf } from "@petstore/core/event";
import { ok, type Refusal, refuse } from "@petstore/core/result";
import type { OrderId } from "@petstore/events/ids";
import {
  ReservationExpired,
  StockCommitted,
  StockRejected,
  StockReleased,
  StockReserved,
  StockReturned,
} from "@petstore/events/inventory";
import { at, type Line, type Shelf } from "./shelf.ts";

/** What is held for one order. It is kept after its end, so that a step that arrives late is refused. */
export type Reservation = {
  status: "NONE" | "HELD" | "SOLD" | "RELEASED" | "EXPIRED" | "RETURNED" | "REFUSED";
  lines: readonly Line[];
  expiresAt: string;
  reason?: Refusal;
};

/** An order's reservation, and the shelf that it takes from and gives back to. */
export type Holding = { reservation: Reservation; shelf: Shelf };

/** The tombstone: nothing is held for this order, and nothing ever will be. Not published, for no stock moved. */
export type ReservationClosed = {
  type: "ReservationClosed";
  data: { orderId: OrderId; as: "RELEASED" | "RETURNED" };
};

/** Closes a reservation that holds nothing. */
export const ReservationClosed = (data: ReservationClosed["data"]): ReservationClosed => ({
  type: "ReservationClosed",
  data,
});

/** All that can happen to a reservation. */
export type ReservationEvent =
  | ReservationClosed
  | EventOf<
      | typeof StockReserved
      | typeof StockRejected
      | typeof StockCommitted
      | typeof StockReleased
      | typeof ReservationExpired
      | typeof StockReturned
    >;

/** A reservation and its shelf after an event. */
export const evolve = (
  { reservation, shelf }: Holding,
  { type, data }: ReservationEvent,
): Holding => {
  const ended = (status: Reservation["status"]) => ({ ...reservation, status });
  switch (type) {
    case StockReserved.type: {
      const { lines, expiresAt } = data;
      const held = lines.map(({ productId, quantity }) => ({ productId, quantity }));
      const next = { status: "HELD", lines: held, expiresAt } as const;
      return { reservation: next, shelf: at(shelf, lines) };
    }
    case StockRejected.type:
      return { reservation: { ...ended("REFUSED"), reason: data.reason }, shelf };
    case StockCommitted.type:
      return { reservation: ended("SOLD"), shelf };
    case StockReleased.type:
      return { reservation: ended("RELEASED"), shelf: at(shelf, data.lines) };
    case ReservationExpired.type:
      return { reservation: ended("EXPIRED"), shelf: at(shelf, data.lines) };
    case StockReturned.type:
      return { reservation: ended("RETURNED"), shelf: at(shelf, data.lines) };
    case "ReservationClosed":
      return { reservation: ended(data.as), shelf };
  }
};

/** The outcome of a reserve: a rejection is recorded like a success, and answered as a refusal. */
export const outcomeOf = ({ reservation: { reason } }: Holding) =>
  reason ? refuse(reason.code, reason.detail) : ok("held");
