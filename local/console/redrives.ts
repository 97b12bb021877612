import type { Entry } from "../redrive/redrive.ts";
import type { Routes } from "./resource.ts";
import type { Sight } from "./sight.ts";

const MOST = 30;

/** A redrive as the console shows it: who, when, which message, its body as it was and as it went on. */
export type Redriven = Pick<
  Entry,
  "time" | "by" | "queue" | "messageId" | "what" | "reason" | "to" | "outcome" | "body" | "edited"
>;

/** What was redriven lately, whoever did it: the console, a command to the shop, `npm run redrive`. */
export const redriveRoutes = ({ redrives, shop }: Sight): Routes => ({
  "GET redrives": (): { redrives: Redriven[] } => ({
    redrives: (redrives?.newest(shop.urls.aws, MOST) ?? []).map(
      ({ time, by, queue, messageId, what, reason, to, outcome, body, edited }) => ({
        ...{ time, by, queue, messageId, what, reason, to, outcome, body },
        ...(edited !== undefined && { edited }),
      }),
    ),
  }),
});
