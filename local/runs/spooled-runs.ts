import type { Spool } from "emulator/doors/wire/spooled-body";
import { usualBounds } from "emulator/recording/sealed-file";
import { refusalOf } from "../console/guard.ts";
import { visitors } from "../pages/visitor.ts";
import type { Shop } from "../shop.ts";

/** Lets the file of a run be sent to a shop's console, by whoever may ask it; all other bodies are as short as before. */
export const spooledRuns = ({ pageToken, urls }: Shop): Spool => {
  const { known } = visitors(pageToken, new URL(urls.api).port);
  return (head) => {
    if (head.method !== "POST" || head.path !== "/_local/console/runs") return undefined;
    const request = { ...head, body: new Uint8Array() };
    return refusalOf(request, known(request)) ? undefined : usualBounds.file;
  };
};
