import { EnvironmentCrash } from "emulator/services/lambda/function";
import { byFunction, type FaultKind, wait } from "./fault.ts";

/** A function that dies while its call is on the wire: it is carried out when another has taken up the work. */
export const lastWords: FaultKind = {
  says: "is on the wire when its function crashes, and is done later",
  fits: byFunction,
  strike: async (call, next, means) => {
    void wait(means, 500, 40_000)
      .then(() => next(call))
      .catch(() => {});
    throw new EnvironmentCrash("Crashed");
  },
};
