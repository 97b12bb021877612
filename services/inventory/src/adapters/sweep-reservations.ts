import { sweep } from "@petstore/core/sweep";
import type { TimeLeft } from "@petstore/core/time-left";
import { heldUntil, reservations } from "./reservations.ts";

/** Expires the reservations whose time is over at `time`, one after the other: they compete for the same stock items. */
export const sweepReservations = (time: Date, left: TimeLeft) => {
  const now = time.toISOString();
  return sweep(
    heldUntil(now),
    ({ orderId, lines }) => reservations(lines)({ type: "ExpireReservation", orderId, now }),
    left,
    { atOnce: 1 },
  );
};
