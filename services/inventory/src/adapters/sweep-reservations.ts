import { describeError, log } from "@petstore/core/log";
import { heldUntil, reservations } from "./reservations.ts";

const AT_ONCE = 500; // what a run has time for; the next one goes on

/** Expires the reservations whose time is over at `time`. One that fails does not stop the others; the run fails after them. */
export const sweepReservations = async (time: Date) => {
  const now = time.toISOString();
  let [expired, failed] = [0, 0];
  for (const { orderId, lines } of await heldUntil(now, AT_ONCE)) {
    try {
      const result = await reservations(lines)({ type: "ExpireReservation", orderId, now });
      if (result.ok && result.value.state.reservation.status === "EXPIRED") expired += 1;
    } catch (error) {
      failed += 1;
      log("reservation not expired", { orderId, ...describeError(error) });
    }
  }
  if (failed > 0) throw new Error(`${failed} reservations could not be expired`);
  return { expired };
};
