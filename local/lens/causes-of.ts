import type { Entry } from "./entry.ts";
import type { Family } from "./family.ts";
import { summaryOf } from "./summary-of.ts";
import type { Things } from "./things.ts";

/** A part of the tree of causes: what happened, and what that caused. */
export type TreeNode = {
  seq: number;
  at: number;
  kind: string;
  what: string;
  children: TreeNode[];
};

/** What a person follows from cause to cause; calls that only read, polls, answers and items are passed over. */
const SHOWN =
  /^(api\.request|url\.request|invocation-started|states\.(started|transition|retry|ended)|events\.(accepted|retry|failed|dropped|dead-letter)|sqs\.(sent|dead-letter|redriven)|stream\.record|ses\.sent|schedule|outside|fault)$/;

/** Rows that leave an outbox, and what Step Functions tells the default bus, lead nowhere. */
const leadsNowhere = ({ kind, eventName, bus }: Entry) =>
  (kind === "stream.record" && eventName === "REMOVE") ||
  (kind === "events.accepted" && bus === "default");

/** So deep a tree is shown. */
const DEEPEST = 60;

/** The trees of causes of some entries: from what came from outside to the e-mail. */
export const causesTreeOf = (family: Family, things: Things): TreeNode[] => {
  const placed = new Set<number>();
  const below = (entry: Entry, depth: number): TreeNode[] =>
    depth > DEEPEST
      ? []
      : family.effectsOf(entry).flatMap((effect) => {
          // What several things caused stands under the first of them.
          if (placed.has(effect.seq)) return [];
          placed.add(effect.seq);
          return nodes(effect, depth + 1);
        });
  const nodes = (entry: Entry, depth: number): TreeNode[] => {
    const children = below(entry, depth);
    if (!SHOWN.test(entry.kind)) return children;
    if (children.length === 0 && leadsNowhere(entry)) return [];
    const { seq, at, kind } = entry;
    return [{ seq, at, kind, what: summaryOf(entry, things).what, children }];
  };
  return family.entries
    .filter((entry) => entry.of === undefined && !family.get(entry.cause))
    .flatMap((root) => (placed.has(root.seq) ? [] : nodes(root, 0)));
};
