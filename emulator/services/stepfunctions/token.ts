import type { Clock } from "../../kernel/clock.ts";
import type { Execution, Thread } from "./execution.ts";

const PREFIX = "AQCEAAAAKgAAAAMAAAAAAAAAA";

/** A new task token. It names its task only to this engine: for everybody else it is opaque. */
export const tokenFor = (clock: Clock, execution: Execution, thread: Thread): string => {
  const drawn = () => clock.random(`states token ${execution.arn}`).toString(36).slice(2);
  const secret = Array.from({ length: 8 }, drawn).join("");
  const text = JSON.stringify([execution.arn, thread.id, secret]);
  return PREFIX + Buffer.from(text).toString("base64");
};

/** The execution's ARN and the thread that a token was made for; undefined where it is not one of ours. */
export const readToken = (token: unknown): { arn: string; thread: number } | undefined => {
  if (typeof token !== "string" || !token.startsWith(PREFIX)) return undefined;
  try {
    const text = Buffer.from(token.slice(PREFIX.length), "base64").toString();
    const [arn, thread] = JSON.parse(text);
    return typeof arn === "string" && typeof thread === "number" ? { arn, thread } : undefined;
  } catch {
    return undefined;
  }
};
