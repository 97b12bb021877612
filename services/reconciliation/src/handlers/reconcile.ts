import { newTrace, traced } from "@petstore/core/context";
import type { TimeLeft } from "@petstore/core/time-left";
import { newUlid } from "@petstore/core/ulid";
import { reconcile } from "../adapters/reconcile.ts";

/** Compares the books of all contexts, and the provider's, once a night: a scheduled Lambda that goes on where its last run stopped. */
export const handler = (_: unknown, time: TimeLeft) =>
  traced(newTrace(`reconcile_${newUlid()}`), () =>
    reconcile(new Date().toISOString().slice(0, 10), time),
  );
