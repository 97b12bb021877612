import { newTrace, traced } from "@petstore/core/context";
import type { TimeLeft } from "@petstore/core/time-left";
import { newUlid } from "@petstore/core/ulid";
import { sweepReservations } from "../adapters/sweep-reservations.ts";

/** Gives back what was held for too long. Competes with commit-stock for the reservation; one of them wins. */
export const handler = (_: unknown, left: TimeLeft) =>
  traced(newTrace(`sweep_${newUlid()}`), () => sweepReservations(new Date(), left));
