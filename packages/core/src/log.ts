import { currentTrace } from "./context.ts";

/** One JSON line per fact, always with the ids that tie it to its request; of level ERROR where it tells of one. The only place that prints. */
export const log = (message: string, facts: Record<string, unknown> = {}): void => {
  const { correlationId, causationId, traceparent } = currentTrace();
  const level = "error" in facts ? "ERROR" : "INFO";
  const line = { level, message, correlationId, causationId, traceparent, ...facts };
  // biome-ignore lint/suspicious/noConsole: this is where logging happens
  console.log(JSON.stringify(line));
};

/** What an error says, in a form that fits a log line. */
export const describeError = (error: unknown) =>
  error instanceof Error
    ? { error: error.name, detail: error.message, stack: error.stack }
    : { error };
