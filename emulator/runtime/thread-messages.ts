import type { ErrorPayload, Invocation, Outcome } from "../services/lambda/function.ts";
import type { InstanceFunction } from "./instance.ts";

/** What a thread is started with. */
export type ThreadStart = {
  /** The time it was at the start: the wall of the thread may say an earlier one. */
  now: number;
  region: string;
  compileCache: string;
  /**
   * Where the thread says, in memory that both see, whose code it runs and how many messages it has heard: also when
   * it cannot send any more.
   */
  seen: Record<"running" | "heard", Int32Array<SharedArrayBuffer>>;
  /** Origins that the main thread answers for, without a socket. */
  origins: string[];
};

/** How an AWS call ended. */
export type CallAnswer =
  | { ok: true; value: unknown }
  | { ok: false; code: string; message: string; status: number; fields: Record<string, unknown> };

/** An HTTP request or response, whole. */
export type HttpMessage = { headers: [string, string][]; body?: Uint8Array };

/** From the main thread to one that hosts instances, each by its number. */
export type ToThread =
  | { kind: "start"; instance: number; fn: InstanceFunction; bundle: string }
  | {
      kind: "invoke";
      instance: number;
      event: string;
      invocation: Invocation & { deadline: number };
    }
  | { kind: "kill"; instance: number }
  | { kind: "answer"; id: number; answer: CallAnswer }
  | { kind: "response"; id: number; response?: HttpMessage & { status: number }; error?: string }
  | { kind: "ping"; id: number };

/** From a thread that hosts instances to the main thread. */
export type FromThread =
  | { kind: "started"; instance: number; error?: ErrorPayload }
  | { kind: "done"; instance: number; outcome: Outcome }
  | { kind: "crashed"; instance: number; error: ErrorPayload }
  | {
      kind: "call";
      instance: number;
      id: number;
      service: string;
      operation: string;
      input: unknown;
      key: string;
    }
  | {
      kind: "request";
      instance: number;
      id: number;
      request: HttpMessage & { method: string; url: string };
    }
  | { kind: "fact"; fact: Record<string, unknown> & { kind: string } }
  | { kind: "pong"; id: number };

/** Posts messages in batches: what is said in one turn of the event loop crosses to the other thread in one piece. */
export const inBatches = <T>(post: (messages: T[]) => void): ((message: T) => void) => {
  let batch: T[] | undefined;
  return (message) => {
    if (batch) return void batch.push(message);
    batch = [message];
    setImmediate(() => {
      const messages = batch ?? [];
      batch = undefined;
      post(messages);
    });
  };
};
