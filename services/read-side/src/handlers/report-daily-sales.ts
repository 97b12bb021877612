import { log } from "@petstore/core/log";
import { daysBefore, daysTouchedOn, saveReport } from "../adapters/sales.ts";

/**
 * A scheduled Lambda that sums up yesterday, the day before once more for what came late, and every other day for which
 * something came in these two days: a dead letter that was redriven, a replay.
 */
export const handler = async (): Promise<void> => {
  const now = Date.now();
  const recent = [2, 1].map((days) => daysBefore(now, days));
  const touched = await Promise.all(recent.map(daysTouchedOn));
  for (const day of new Set([...touched.flat(), ...recent]))
    log("daily sales", await saveReport(day));
};
