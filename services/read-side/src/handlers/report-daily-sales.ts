import { log } from "@petstore/core/log";
import { saveReport } from "../adapters/sales.ts";

const DAY_MS = 24 * 3600_000;

/** A scheduled Lambda that sums up yesterday, and the day before once more for what came late. */
export const handler = async (): Promise<void> => {
  for (const daysAgo of [2, 1]) {
    const day = new Date(Date.now() - daysAgo * DAY_MS).toISOString().slice(0, 10);
    log("daily sales", await saveReport(day));
  }
};
