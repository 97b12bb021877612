import { errorLineOf } from "../error-line.ts";
import type { Entry } from "./entry.ts";

/** What each function said last of why it failed. */
export type LastWords = {
  hear: (entry: Entry) => void;
  of: (functionName: unknown) => string | undefined;
};

/** Listens to what functions log as errors, and how invocations end. */
export const lastWords = (): LastWords => {
  const said = new Map<unknown, string>();
  return {
    hear(entry) {
      if (entry.kind === "log") {
        const line = errorLineOf(String(entry.line));
        if (line) said.set(entry.function, [line.message, line.error].filter(Boolean).join(": "));
      } else if (entry.kind === "invocation-ended" && entry.error) {
        const { errorType, errorMessage } = entry.error as Record<string, string>;
        said.set(entry.function, [errorType, errorMessage].filter(Boolean).join(": "));
      }
    },
    of: (functionName) => said.get(functionName),
  };
};
