import { newTrace, traced } from "@petstore/core/context";
import { sweep } from "@petstore/core/sweep";
import type { TimeLeft } from "@petstore/core/time-left";
import { isRunOf, runOf } from "../domain/run.ts";
import { beginSaga } from "./begin-saga.ts";
import { arnOf } from "./machines.ts";
import { findOrder, type Order, openOrders } from "./order-row.ts";
import { takeOut } from "./order-transition.ts";
import { recoverSaga } from "./recover-saga.ts";
import { endedEarly, newestOf } from "./sagas.ts";
import { leaveMark, readMark } from "./sweep-mark.ts";

/** Sees to it that an open order's run has begun and goes on, and takes the order out of the list where it has ended well. */
export const lookAfter = async (order: Order): Promise<void> => {
  const run = runOf(order.state);
  if (!run) return; // the list lags behind
  const arn = arnOf(run);
  const { status, executionArn = "" } = (await newestOf(arn, run.name)) ?? {};
  if (!status) return traced(newTrace(order.id), () => beginSaga({ saga: run.saga, arn }, order));
  if (endedEarly(status)) return recoverSaga(executionArn);
  if (status !== "SUCCEEDED") return;

  const now = await findOrder(order.id);
  if (!now || !isRunOf(now.state, run)) return;
  if (!["CONFIRMED", "CANCELLED"].includes(now.state.status))
    throw new Error(`${order.id} is still ${now.state.status}, and its run ${run.name} succeeded`);
  await takeOut(now);
};

/** Looks after the orders that have been open since before then, longest first. What it has no time for, the next run begins with. */
export const sweepOpenOrders = async (until: string, time: TimeLeft): Promise<void> => {
  let { until: reached } = await readMark("open");
  async function* all() {
    for await (const { orders, next } of openOrders(until, reached)) {
      yield orders;
      reached = next;
    }
  }
  try {
    await sweep(all(), lookAfter, time);
  } finally {
    await leaveMark("open", { until: reached, again: [] });
  }
};
