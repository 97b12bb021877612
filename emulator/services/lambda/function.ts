import type { World } from "../../kernel/engine.ts";

/** From the least to the most serious. */
export const logLevels = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"] as const;

export type LogLevel = (typeof logLevels)[number];

/** How a function's log lines look, and the level below which there are none. */
export type Logging = { format: "JSON" | "Text"; level: LogLevel };

/** A function as it was created. */
export type FunctionConfig = {
  name: string;
  arn: string;
  role: string;
  /** Path of the handler's file from the repository's root, and the name that it exports. */
  file: string;
  exported: string;
  /** Seconds. */
  timeout: number;
  /** Megabytes; reported, not enforced. */
  memory: number;
  variables: Record<string, string>;
  logging: Logging;
};

/** What is particular to one invocation. */
export type Invocation = { requestId: string };

/** An event as JSON, and as the value of that where it was parsed already: a handler may have it, nobody else does. */
export type EventJson = { text: string; value?: unknown };

/** What an error looks like in the payload of an answer. */
export type ErrorPayload = { errorType: string; errorMessage: string; trace?: string[] };

/** How an invocation ended. `result` is JSON. */
export type Outcome = { ok: true; result: string } | { ok: false; error: ErrorPayload };

/** Where handlers run. */
export type Runtime = {
  /** Makes a function ready to be invoked. Throws where the handler's file or its export is missing. */
  prepare: (fn: FunctionConfig) => Promise<void>;
  /** Runs the handler on an event, in an environment of its own for that time. */
  invoke: (fn: FunctionConfig, event: EventJson, invocation: Invocation) => Promise<Outcome>;
  /** Starts an environment ahead of the first invocation, as provisioned concurrency does. */
  warm: (fn: FunctionConfig) => Promise<void>;
  /** Kills a function's environments (or that of one invocation), as if their machine had failed. */
  crash: (functionName: string, requestId?: string) => void;
  /** Has new environments made from now on: those that work end when their work is done, the others at once. */
  renew: (functionName: string) => void;
  stop: () => void | Promise<void>;
};

/** Makes a runtime in a world. */
export type MakeRuntime = (world: World) => Runtime;

/**
 * Thrown at the one place where calls pass (before or after the call is carried out), it kills the environment
 * that made the call: the handler never hears an answer.
 */
export class EnvironmentCrash extends Error {
  override name = "EnvironmentCrash";
}

/** An error as the Node runtime of Lambda reports it. */
export const describeThrown = (thrown: unknown): ErrorPayload => {
  if (typeof thrown === "object" && thrown !== null && "message" in thrown) {
    const { name, message, stack } = thrown as Partial<Error>;
    return {
      errorType: String(name ?? "Error"),
      errorMessage: String(message ?? ""),
      trace: String(stack ?? "").split("\n"),
    };
  }
  return { errorType: typeof thrown, errorMessage: String(thrown), trace: [] };
};

/** A handler's value as JSON, or the error that it cannot be that. */
export const describeResult = (value: unknown): Outcome => {
  try {
    return { ok: true, result: JSON.stringify(value) ?? "null" };
  } catch (error) {
    const { errorMessage, trace = [] } = describeThrown(error);
    return { ok: false, error: { errorType: "Runtime.MarshalError", errorMessage, trace } };
  }
};
