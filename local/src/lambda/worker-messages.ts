import type { ErrorPayload, Invocation, Outcome } from "./function.ts";

/** What a worker thread is started with. */
export type WorkerStart = {
  fn: { name: string; arn: string; memory: number };
  bundle: string;
  exported: string;
  compileCache: string;
  /** Whether the SDK's requests go through the thread's port. */
  port: boolean;
};

/** An SDK request on its way through the port. */
export type PortRequest = {
  method: string;
  path: string;
  query: string;
  headers: Record<string, string>;
  body: string | Uint8Array;
};

/** Its answer. */
export type PortAnswer = {
  status: number;
  headers: Record<string, string>;
  body: string | Uint8Array;
};

/** From the main thread to a worker. */
export type ToWorker =
  | { kind: "invoke"; event: string; invocation: Invocation & { deadline: number } }
  | { kind: "answer"; id: number; answer: PortAnswer };

/** From a worker to the main thread. */
export type FromWorker =
  | { kind: "ready" }
  | { kind: "broken"; error: ErrorPayload }
  | { kind: "done"; outcome: Outcome }
  | { kind: "log"; line: string }
  | { kind: "refused"; host: string }
  | { kind: "request"; id: number; request: PortRequest };
