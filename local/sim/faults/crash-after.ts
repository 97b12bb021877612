import { EnvironmentCrash } from "emulator/services/lambda/function";
import { byFunction, type FaultKind } from "./fault.ts";

/** A function that dies when its call has been carried out. */
export const crashAfter: FaultKind = {
  says: "is done, and its function crashes",
  fits: byFunction,
  strike: async (call, next) => {
    await next(call);
    throw new EnvironmentCrash("Crashed");
  },
};
