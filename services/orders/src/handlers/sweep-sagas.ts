import type { Handler } from "aws-lambda";
import { measureOldestOpenOrder } from "../adapters/oldest-open-order.ts";
import { sweepEarlyEnds } from "../adapters/sweep-early-ends.ts";
import { sweepOpenOrders } from "../adapters/sweep-open-orders.ts";

const PATIENCE_MS = 10 * 60_000;

/**
 * A scheduled look at what nothing else has moved: sagas that ended early, and orders whose saga never began. Where it
 * does not run, its measurement is missing, and an alarm rings for that, too.
 */
export const handler: Handler = async (_, time) => {
  await measureOldestOpenOrder();
  const until = new Date(Date.now() - PATIENCE_MS).toISOString();
  const sweeps = await Promise.allSettled([
    sweepEarlyEnds("FulfilOrder", until, time),
    sweepEarlyEnds("ReturnOrder", until, time),
    sweepOpenOrders(until, time),
  ]);
  const failures = sweeps.flatMap((one) => (one.status === "rejected" ? [one.reason] : []));
  if (failures.length > 0) throw new AggregateError(failures, failures.join("; "));
};
