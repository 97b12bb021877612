import type { Call } from "emulator/kernel/engine";
import type { Passage } from "../points.ts";
import type { FaultKind } from "./fault.ts";

/** Whether the provider says that it has news. */
export const isNews = ({ operation, target }: Passage, _: Call): boolean =>
  operation === "SendMessage" && target === "ProviderWebhooks";

/** News that the provider never sends. */
export const webhookLost: FaultKind = {
  says: "is never sent",
  often: 8,
  fits: isNews,
  strike: async () => ({ MessageId: "never-sent", MD5OfMessageBody: "" }),
};
