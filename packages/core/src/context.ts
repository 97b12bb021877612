import { AsyncLocalStorage } from "node:async_hooks";
import * as z from "zod";

/** What ties together everything that one request causes, over every hop. */
export const Trace = z.object({
  /** The request or job that began it all. */
  correlationId: z.string().min(1).max(128),
  /** The event or request that caused this piece of work. */
  causationId: z.string().min(1).max(128),
  /** How many events lie between the beginning and here. */
  hop: z.int().nonnegative(),
  /** https://www.w3.org/TR/trace-context/#traceparent-header */
  traceparent: z.string().regex(/^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/),
});
export type Trace = z.infer<typeof Trace>;

const storage = new AsyncLocalStorage<Trace>();

const hex = (bytes: number) =>
  [...crypto.getRandomValues(new Uint8Array(bytes))]
    .map((byte) => byte.toString(16).padStart(2, "0"))
    .join("");

const TRACEPARENT = Trace.shape.traceparent;

/** A trace that begins here, continuing the caller's `traceparent` where it sent a valid one. */
export const newTrace = (correlationId: string, traceparent?: string): Trace => ({
  correlationId,
  causationId: correlationId,
  hop: 0,
  traceparent: TRACEPARENT.safeParse(traceparent).data ?? `00-${hex(16)}-${hex(8)}-01`,
});

/** Runs `work` so that every log line and event that it causes carries this trace. */
export const traced = <T>(trace: Trace, work: () => T): T => storage.run(trace, work);

/** The trace of the work under way. Outside of any, one that says so. */
export const currentTrace = (): Trace =>
  storage.getStore() ?? newTrace("none", `00-${"0".repeat(31)}1-${"0".repeat(15)}1-00`);
