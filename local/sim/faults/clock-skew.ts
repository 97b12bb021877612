import { type FaultKind, wait } from "./fault.ts";

const MINUTE = 60_000;

/** A clock that is wrong: up to five minutes ahead or behind. */
export const wrong = (draw: () => number): number => Math.round((2 * draw() - 1) * 5 * MINUTE);

/** A function that begins by a clock that is wrong, until somebody puts it right. */
export const clockSkew: FaultKind = {
  says: "runs by a clock that is wrong for a while",
  fits: ({ service, operation }) => service === "lambda" && operation === "Invoke",
  strike: (call, next, means) => {
    const name = String(call.input.FunctionName).replace(/^.*:/, "");
    const ms = wrong(means.draw);
    means.skews.set(name, ms);
    void wait(means, 10_000, 20 * MINUTE).then(() => {
      if (means.skews.get(name) === ms) means.skews.delete(name);
    });
    return next(call);
  },
};
