import { type Bar, barsOf } from "./bars-of.ts";
import { causesTreeOf, type TreeNode } from "./causes-of.ts";
import { type Cost, costOf } from "./cost-of.ts";
import type { Entry } from "./entry.ts";
import { familyOf, withoutLooks } from "./family.ts";
import { sentenceOf } from "./sentence-of.ts";
import { shortName } from "./short-name.ts";
import type { Things } from "./things.ts";
import { type Status, whereaboutsOf } from "./whereabouts.ts";

/** All that is told of an order: where it is and why, what was done for it, what caused what, what it costs. */
export type OrderStory = {
  orderId: string;
  short: string;
  sentence: string;
  status: Status;
  bars: Bar[];
  tree: TreeNode[];
  cost: Cost;
  /** Queues in which a message about it waits for a person. */
  deadLetters: string[];
  emails: { seq: number; at: number; subject: string }[];
  /** How often customers looked at it; that is no part of its story. */
  looks: number;
};

/** What is known around an order's entries. */
export type Around = {
  things: Things;
  /** Virtual milliseconds since 1970. */
  now: number;
  /** How many orders an entry belongs to. */
  ordersOf?: (entry: Entry) => number;
};

/** The story of an order by its entries, in whatever order they come. */
export const storyOf = (
  entries: readonly Entry[],
  orderId: string,
  { things, now, ordersOf }: Around,
): OrderStory => {
  const own = withoutLooks(entries);
  const family = familyOf(own);
  const whereabouts = whereaboutsOf(own, orderId, things);
  const isLook = ({ kind, method }: Entry) => kind === "api.request" && method === "GET";
  return {
    orderId,
    short: shortName(orderId),
    sentence: sentenceOf(whereabouts, now),
    status: whereabouts.status,
    bars: barsOf(family, whereabouts.runs, things),
    tree: causesTreeOf(family, things),
    cost: costOf(own, things, ordersOf),
    deadLetters: [
      ...new Set(
        whereabouts.lying.filter(({ dead }) => dead !== undefined).map(({ queue }) => queue),
      ),
    ],
    emails: own
      .filter(({ kind }) => kind === "ses.sent")
      .map(({ seq, at, subject }) => ({ seq, at, subject: String(subject) })),
    looks: entries.filter(isLook).length,
  };
};
