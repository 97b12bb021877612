import { AwsError } from "emulator/kernel/engine";
import type { FaultKind } from "./fault.ts";

/** A delivery that EventBridge is not allowed to make: the event goes to the dead letters at once. */
export const burial: FaultKind = {
  says: "is refused for good, and its event goes to the dead letters",
  often: 2,
  fits: ({ who, operation, target }) =>
    who.startsWith("rule:") &&
    (operation === "SendMessage" || operation === "Invoke") &&
    !target.endsWith("Dlq"),
  strike: async () => {
    throw new AwsError("AccessDeniedException", "Not from here", 403);
  },
};
