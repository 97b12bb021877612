import type { FunctionThread } from "./function-thread.ts";

/**
 * The functions one of which may be what a thread stands still in: those that it was heard to work on. Where there is
 * none of them, that whose code ran there last: it answered and went on.
 */
export const standingIn = ({
  hosted,
  at,
  deafTo,
}: Pick<FunctionThread, "hosted" | "at" | "deafTo">): string[] => {
  const working = [...hosted.values()].filter((self) => self.state !== "resting" && !deafTo(self));
  const last = hosted.get(at());
  const found = working.length > 0 ? working : last ? [last] : [...hosted.values()];
  return [...new Set(found.map(({ fn }) => fn.name))];
};
