import { newTrace, traced } from "@petstore/core/context";
import type { TimeLeft } from "@petstore/core/time-left";
import { newUlid } from "@petstore/core/ulid";
import { failOnce } from "../adapters/fail-once.ts";
import { reconcile } from "../adapters/reconcile.ts";

/** Compares the books of all contexts, and the provider's, once a night: a scheduled Lambda that goes on where its last run stopped. */
export const handler = (_: unknown, context: TimeLeft & { awsRequestId: string }) =>
  traced(newTrace(`reconcile_${newUlid()}`), () => {
    const date = new Date().toISOString().slice(0, 10);
    return failOnce(date, context.awsRequestId, () => reconcile(date, context));
  });
