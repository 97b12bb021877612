import { EnvironmentCrash } from "emulator/services/lambda/function";
import { byFunction, type FaultKind } from "./fault.ts";

/** A function that dies before its call leaves. */
export const crashBefore: FaultKind = {
  says: "never leaves, for its function crashes",
  fits: byFunction,
  strike: async () => {
    throw new EnvironmentCrash("Crashed");
  },
};
