import { currentTrace, type Trace, traceOf } from "./context.ts";

const ids = ({ correlationId, causationId, traceparent }: Trace) => ({
  correlationId,
  causationId,
  traceparent,
});

/**
 * One fact, always with the ids that tie it to its request, and of level ERROR where it tells of one. The object is handed
 * over as it is: Lambda makes the line of JSON, and of a text it would make a text inside. The only place that prints.
 */
export const log = (message: string, facts: Record<string, unknown> = {}): void => {
  const level = "error" in facts ? "error" : "info";
  // biome-ignore lint/suspicious/noConsole: this is where logging happens
  console[level]({ message, ...ids(currentTrace()), ...facts });
};

/** What an error says, in a form that fits a log line, with the ids of the trace that it was thrown in. */
export const describeError = (error: unknown) => {
  const trace = traceOf(error);
  return {
    ...(trace && ids(trace)),
    ...(error instanceof Error
      ? { error: error.name, detail: error.message, stack: error.stack }
      : { error }),
  };
};
