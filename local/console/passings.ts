import type { Summary } from "../lens/summary-of.ts";

/** What passed in the same way, so many times: of which kind, from whom, to whom. */
export type Passing = Pick<Summary, "kind" | "who" | "to" | "failed"> & { count: number };

/** What goes from one thing to another, or is counted of one; the rest is what these consist of. */
const shown = new Set([
  "call",
  "api.request",
  "url.request",
  "poll",
  "sqs.received",
  "events.accepted",
  "events.delivered",
  "events.retry",
  "stream.record",
  "invocation-started",
  "invocation-ended",
  "states.started",
  "states.transition",
  "states.retry",
  "states.ended",
]);

/** What passed, each way once, in the order in which they were gone first: a thousand orders go no other ways than one. */
export const passingsIn = <Entry extends { kind: string }>(
  entries: readonly Entry[],
  way: (entry: Entry) => Summary,
): Passing[] => {
  const passings = new Map<string, Passing>();
  for (const entry of entries) {
    if (!shown.has(entry.kind)) continue;
    const { kind, who, to, failed } = way(entry);
    const key = `${kind} ${who} ${to} ${failed}`;
    const known = passings.get(key);
    if (known) known.count += 1;
    else
      passings.set(key, {
        kind,
        ...(who !== undefined && { who }),
        ...(to !== undefined && { to }),
        ...(failed && { failed }),
        count: 1,
      });
  }
  return [...passings.values()];
};
