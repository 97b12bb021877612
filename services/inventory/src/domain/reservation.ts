import type { Decider } from "@petstore/core/decider";
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
import { evolve, type Holding, ReservationClosed, type ReservationEvent } from "./holding.ts";
import { type Line, merge, putBack, shortOf, take } from "./shelf.ts";

/** How long stock is held for an order that is not confirmed: longer than its saga waits for the payment, or it sells what is gone. */
export const HELD_FOR_MS = 60 * 60_000;

/** `now` is an ISO time. The names of the lines are for the customer, who may have to be told. */
export type ReservationCommand = { orderId: OrderId; now: string } & (
  | { type: "ReserveStock"; lines: readonly (Line & { name?: string })[] }
  | { type: "CommitStock" | "ReleaseStock" | "ReturnStock" | "ExpireReservation" }
);

/** Why a command is refused. */
export type ReservationRefusal = Refusal<
  "AlreadyReleased" | "AlreadySold" | "NotReserved" | "SoldOut"
>;

const until = (now: string) => new Date(Date.parse(now) + HELD_FOR_MS).toISOString();

/** The rules of a reservation: all lines are held or none; a command that comes twice, late or too early changes nothing twice. */
export const reservation: Decider<
  Holding,
  ReservationCommand,
  ReservationEvent,
  ReservationRefusal
> = {
  initial: { reservation: { status: "NONE", lines: [], expiresAt: "" }, shelf: {} },

  decide({ reservation: { status, lines: held, expiresAt }, shelf }, command) {
    const { orderId, now } = command;
    switch (command.type) {
      case "ReserveStock": {
        if (status === "RELEASED" || status === "RETURNED")
          return refuse("AlreadyReleased", "This order was undone before.");
        if (status !== "NONE" && status !== "EXPIRED") return ok([]);
        const lines = merge(command.lines);
        const short = shortOf(shelf, lines);
        if (!short)
          return ok([StockReserved({ orderId, lines: take(shelf, lines), expiresAt: until(now) })]);
        const left = shelf[short.productId]?.available ?? 0;
        const detail = `${short.name ?? short.productId}: ${left ? `only ${left} left` : "sold out"}.`;
        return ok([StockRejected({ orderId, reason: { code: "OutOfStock", detail } })]);
      }
      case "CommitStock":
        if (status === "HELD") return ok([StockCommitted({ orderId, lines: [...held] })]);
        if (status === "SOLD" || status === "RETURNED") return ok([]);
        if (status !== "EXPIRED") return refuse("NotReserved", `The reservation is ${status}.`);
        // The order is confirmed and its hold has expired: sell what is there now, if it is enough.
        if (shortOf(shelf, held))
          return refuse("SoldOut", "It was held for you until it expired, and is sold out now.");
        return ok([
          StockReserved({ orderId, lines: take(shelf, held), expiresAt: until(now) }),
          StockCommitted({ orderId, lines: [...held] }),
        ]);

      case "ReleaseStock":
        if (status === "HELD") return ok([StockReleased({ orderId, lines: putBack(shelf, held) })]);
        if (status === "SOLD" || status === "RETURNED")
          return refuse("AlreadySold", "What is sold can only be returned.");
        // Recorded even with nothing held: it stops a reserve that is still on its way.
        if (status === "NONE" || status === "EXPIRED")
          return ok([ReservationClosed({ orderId, as: "RELEASED" })]);
        return ok([]);

      case "ReturnStock":
        if (status === "SOLD") return ok([StockReturned({ orderId, lines: putBack(shelf, held) })]);
        if (status === "HELD") return ok([StockReleased({ orderId, lines: putBack(shelf, held) })]);
        // Recorded even with nothing held: it stops a reserve or a commit that is still on its way.
        if (status === "NONE" || status === "EXPIRED")
          return ok([ReservationClosed({ orderId, as: "RETURNED" })]);
        return ok([]);

      case "ExpireReservation":
        if (status !== "HELD" || expiresAt > now) return ok([]);
        return ok([ReservationExpired({ orderId, lines: putBack(shelf, held) })]);
    }
  },

  evolve,
};
