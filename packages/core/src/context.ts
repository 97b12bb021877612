import { AsyncLocalStorage } from "node:async_hooks";

/** What ties together everything that one request causes, over every hop. Its schema stands in event.ts. */
export type Trace = {
  /** The request or job that began it all. */
  correlationId: string;
  /** The event or request that caused this piece of work. */
  causationId: string;
  /** How many events lie between the beginning and here. */
  hop: number;
  /** https://www.w3.org/TR/trace-context/#traceparent-header */
  traceparent: string;
};

/** Beyond this many hops an event is refused: something answers itself (AWS's own loop detection does not see EventBridge). */
export const MAX_HOPS = 16;

/** The form of a `traceparent`. */
export const TRACEPARENT = /^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

const storage = new AsyncLocalStorage<Trace>();

const hex = (bytes: number) =>
  [...crypto.getRandomValues(new Uint8Array(bytes))]
    .map((byte) => byte.toString(16).padStart(2, "0"))
    .join("");

/** A trace that begins here, continuing the caller's `traceparent` where it sent a valid one. */
export const newTrace = (correlationId: string, traceparent?: string): Trace => ({
  correlationId,
  causationId: correlationId,
  hop: 0,
  traceparent:
    traceparent && TRACEPARENT.test(traceparent) ? traceparent : `00-${hex(16)}-${hex(8)}-01`,
});

/** Whoever catches an error has often left the trace in which it was thrown. */
const thrownIn = new WeakMap<object, Trace>();

/** The trace in which an error was thrown, where it was in one. */
export const traceOf = (error: unknown): Trace | undefined =>
  typeof error === "object" && error !== null ? thrownIn.get(error) : undefined;

/** Runs `work` so that every log line and event that it causes carries this trace, and every error that it throws. */
export const traced = <T>(trace: Trace, work: () => T): T => {
  const thrown = (error: unknown): never => {
    if (typeof error === "object" && error !== null && !thrownIn.has(error))
      thrownIn.set(error, trace);
    throw error;
  };
  return storage.run(trace, () => {
    try {
      const result = work();
      return result instanceof Promise ? (result.catch(thrown) as T) : result;
    } catch (error) {
      return thrown(error);
    }
  });
};

/** The trace of the work under way. Outside of any, one that says so. */
export const currentTrace = (): Trace =>
  storage.getStore() ?? newTrace("none", `00-${"0".repeat(31)}1-${"0".repeat(15)}1-00`);
