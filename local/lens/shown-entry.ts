import type { Graph } from "emulator/boot/graph";
import { type Change, differenceOf } from "./difference.ts";
import { causesOf, type Entry } from "./entry.ts";
import { familyOf } from "./family.ts";
import type { OrderIndex, Source } from "./order-index.ts";
import { type Allowed, statementsOf } from "./statement-of.ts";
import { type Summary, summaryOf } from "./summary-of.ts";
import { thingsOf } from "./things.ts";
import { type UnitOfWork, unitOfWork } from "./unit-of-work.ts";

/** An entry with what led to it and what it led to, and what else is known of its kind. */
export type ShownEntry = {
  entry: Entry;
  summary: Summary;
  /** What ended it, if it has ended. */
  end?: Entry;
  /** The chain of first causes, from what came from outside down to this entry's own cause. */
  because: Summary[];
  /** What it caused directly. */
  therefore: Summary[];
  /** Of a call: the statements that allowed it. */
  iam?: Allowed[];
  /** Of an invocation, or a request that led to one: what was done in it. */
  work?: UnitOfWork;
  /** Of an item: what the write changed. */
  difference?: Change[];
};

/** The shop's graph and its trace. */
export type Seen = { graph: Graph; cloud: { trace: Source } };

/** Of an entry that is no order's, effects are looked for among so many that follow. */
const NEAR = 5_000;
/** So many effects are shown. */
const MOST = 200;

/** An entry of the trace with all that is shown of it; undefined where the trace does not have it (any more). */
export const shownEntry = (
  { graph, cloud: { trace } }: Seen,
  index: OrderIndex,
  seq: number,
  told = (one: Entry): Summary => summaryOf(one, thingsOf(graph), index.of(one.seq)),
): ShownEntry | undefined => {
  const entry = trace.get(seq);
  if (!entry) return undefined;
  const things = thingsOf(graph);

  const because: Summary[] = [];
  for (let at = entry.cause; at !== undefined; ) {
    const cause = trace.get(at);
    if (!cause) break;
    because.unshift(told(cause));
    at = cause.cause;
  }
  // Effects come later, of the same orders or soon.
  const orders = [...index.of(seq)];
  const near = new Map(trace.entries(seq, NEAR).map((one) => [one.seq, one]));
  for (const order of orders.slice(0, 10))
    for (const one of index.entries(order)) near.set(one.seq, one);
  const later = [...near.values()].sort((a, b) => a.seq - b.seq);
  const end = later.find(({ of }) => of === seq);
  const effects = later.filter(
    (one) => one.of === seq || (one.of === undefined && causesOf(one).includes(seq)),
  );

  const statements = statementsOf(graph);
  const work = unitOfWork(entry, familyOf([entry, ...later]), things, statements);
  return {
    entry,
    summary: told(entry),
    ...(end && { end }),
    because,
    therefore: effects.slice(0, MOST).map(told),
    ...(entry.kind === "call" && { iam: statements(entry) }),
    ...(work && { work }),
    ...(entry.kind === "item" && { difference: differenceOf(entry) }),
  };
};
