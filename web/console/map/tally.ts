import { signal } from "@preact/signals";
import type { Passing } from "../types.ts";

/** What is counted of a thing: among the newest entries when this page was opened or time was put back, and since. */
export type Tally = { passed: number; retries: number; failed: number };

/** Counts by the ids of things. Changed in place; the signal says when. */
const tallies = new Map<string, Tally>();
/** Goes up when tallies change. */
export const tallied = signal(0);

const counts = new Set([
  "invocation-started",
  "api.request",
  "events.accepted",
  "states.started",
  "call",
  "poll",
]);
const retries = new Set(["events.retry", "states.retry"]);

const of = (id: string): Tally => {
  const known = tallies.get(id) ?? { passed: 0, retries: 0, failed: 0 };
  tallies.set(id, known);
  return known;
};

/** Counts what passed for the things that it is about. */
export const tally = (passed: readonly Passing[]): void => {
  for (const { kind, who, to, failed, count } of passed) {
    const at = to ?? who;
    if (at === undefined) continue;
    if (retries.has(kind)) of(at).retries += count;
    else if (failed && kind === "invocation-ended" && who) of(who).failed += count;
    else if (counts.has(kind) && !(kind === "call" && to === undefined)) of(at).passed += count;
  }
  if (passed.length > 0) tallied.value += 1;
};

/** Begins anew. */
export const forgetTallies = (): void => {
  tallies.clear();
  tallied.value += 1;
};

/** What is counted of several things together. */
export const sumOf = (ids: readonly string[]): Tally => {
  const sum = { passed: 0, retries: 0, failed: 0 };
  for (const id of ids) {
    const { passed, retries, failed } = tallies.get(id) ?? sum;
    if (!tallies.has(id)) continue;
    sum.passed += passed;
    sum.retries += retries;
    sum.failed += failed;
  }
  return sum;
};
