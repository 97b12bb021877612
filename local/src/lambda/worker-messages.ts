import type { ErrorPayload, Invocation, Outcome } from "./function.ts";

/** What a worker thread is started with. */
export type WorkerStart = {
  fn: { name: string; arn: string; memory: number };
  bundle: string;
  exported: string;
  compileCache: string;
};

/** From the main thread to a worker. */
export type ToWorker = {
  kind: "invoke";
  event: string;
  invocation: Invocation & { deadline: number };
};

/** From a worker to the main thread. */
export type FromWorker =
  | { kind: "ready" }
  | { kind: "broken"; error: ErrorPayload }
  | { kind: "done"; outcome: Outcome }
  | { kind: "log"; line: string }
  | { kind: "refused"; host: string };
