import { format } from "node:util";
import {
  describeThrown,
  type Logging,
  type LogLevel,
  logLevels,
} from "../services/lambda/function.ts";

/** The methods that the runtime takes over, each with its level. */
const methods: [name: string, level: LogLevel][] = [
  ["trace", "TRACE"],
  ["debug", "DEBUG"],
  ["log", "INFO"],
  ["info", "INFO"],
  ["warn", "WARN"],
  ["error", "ERROR"],
  ["fatal", "FATAL"],
];

const describe = (error: Error) => ({
  errorType: error.constructor?.name ?? "UnknownError",
  errorMessage: error.message,
  stackTrace: typeof error.stack === "string" ? error.stack.split("\n") : [],
});

const withErrors = (_key: string, value: unknown) =>
  value instanceof Error ? { ...describe(value), ...value } : value;

const jsonLine = (head: object, args: unknown[]): string => {
  if (args.length !== 1) {
    const error = args.find((arg) => arg instanceof Error);
    return JSON.stringify({ ...head, message: format(...args), ...(error && describe(error)) });
  }
  try {
    return JSON.stringify({ ...head, message: args[0] }, withErrors);
  } catch {
    return JSON.stringify({ ...head, message: format(args[0]) }); // a circle, or a BigInt
  }
};

/** What the text form tells of an error, its own properties among it. */
const describeInText = (error: Error & { code?: unknown }) => ({
  errorType: error.name,
  errorMessage: error.message,
  code: error.code,
  ...error,
  ...(typeof error.stack === "string" && { stack: error.stack.split("\n") }),
});

/**
 * What Lambda's runtime hands to `console.error` of what a handler threw: the error itself under the JSON form, and under the
 * text form `Invoke Error`, a tab and the error as JSON (LogPatch.js of aws-lambda-nodejs-runtime-interface-client).
 */
export const thrownArguments = (form: Logging["format"], thrown: unknown): unknown[] => {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  if (form === "JSON") return [error];
  try {
    const told = (_key: string, value: unknown) =>
      value instanceof Error ? describeInText(value) : value;
    return ["Invoke Error", `\t${JSON.stringify(error, told)}`];
  } catch {
    const { errorType, errorMessage, trace } = describeThrown(error);
    return ["Invoke Error", `\t${JSON.stringify({ errorType, errorMessage, trace })}`];
  }
};

/**
 * The console that Lambda's runtime gives to Node: of the one argument of a call it makes the `message` of a line of JSON,
 * an object as an object and a text as a text; of several, one text. What is written to standard output directly stays
 * as it is (https://docs.aws.amazon.com/lambda/latest/dg/nodejs-logging.html).
 */
export const lambdaConsole = (
  { format: form, level: least }: Logging,
  host: { now: () => number; requestId: () => string | undefined; print: (line: string) => void },
): Record<string, (...args: unknown[]) => void> =>
  Object.fromEntries(
    methods.map(([name, level]) => [
      name,
      (...args: unknown[]) => {
        if (logLevels.indexOf(level) < logLevels.indexOf(least)) return;
        const timestamp = new Date(host.now()).toISOString();
        const requestId = host.requestId();
        host.print(
          form === "JSON"
            ? jsonLine({ timestamp, level, requestId }, args)
            : `${timestamp}\t${requestId}\t${level}\t${format(...args)}`,
        );
      },
    ]),
  );
