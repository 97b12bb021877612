import { costOfMillion } from "../bench/cost.ts";
import { addCounts, type Counts, countsOf, isCounted, noCost } from "../bench/count.ts";
import type { Entry } from "./entry.ts";
import type { Things } from "./things.ts";

/** What one hop of an order took: its AWS calls, and US dollars for a million such orders. */
type CostPart = { hop: string; calls: number; dollars: number };

/** What an order costs so far, counted and priced as the benchmark does it. Dollars are for a million such orders. */
export type Cost = {
  dollars: number;
  calls: number;
  writeCalls: number;
  writeUnits: number;
  reads: number;
  readUnits: number;
  transitions: number;
  parts: CostPart[];
};

type Hop = { counts: Counts; requests: number };

/** What of an entry is charged, and to whom. */
const chargeOf = (
  entry: Entry,
  callerOf: (seq: number | undefined) => string,
): { who: unknown; counts?: Partial<Counts>; requests?: number } | undefined => {
  const { kind, caller, service, operation, input } = entry;
  switch (kind) {
    case "call": {
      const counts = countsOf({ caller, service, operation, input });
      return { who: service === "sqs" ? input?.QueueUrl : caller?.name, counts };
    }
    case "poll":
      return String(entry.source).includes(":sqs:") && isCounted(String(entry.function))
        ? { who: entry.source, counts: { sqs: 1 } }
        : undefined;
    case "dynamodb.units": {
      const name = caller?.name ?? callerOf(entry.cause);
      if (!isCounted(name)) return undefined;
      const { writeUnits = 0, readUnits = 0 } = entry;
      return { who: name, counts: { writeUnits, readUnits } };
    }
    case "invocation-started":
      return isCounted(String(entry.function))
        ? { who: entry.function, counts: { invocations: 1 } }
        : undefined;
    case "states.transition":
    case "states.retry":
      return { who: entry.machine, counts: { transitions: 1 } };
    case "api.request":
      return { who: entry.api, requests: 1 };
    default:
      return undefined;
  }
};

const dollarsOf = ({ counts, requests }: Hop) =>
  costOfMillion(counts, requests).reduce((sum, [, dollars]) => sum + dollars, 0);

/** What an order's entries cost. What a batch did for several orders is shared among them: `ordersOf` says for how many. */
export const costOf = (
  entries: readonly Entry[],
  things: Things,
  ordersOf: (entry: Entry) => number = () => 1,
): Cost => {
  const callers = new Map(
    entries.flatMap(({ kind, seq, caller }): [number, string][] =>
      kind === "call" ? [[seq, String(caller?.name)]] : [],
    ),
  );
  const callerOf = (seq: number | undefined) => callers.get(seq ?? 0) ?? "";
  const hops = new Map<string, Hop>();
  const sum = noCost();
  for (const entry of entries) {
    const charge = chargeOf(entry, callerOf);
    if (!charge) continue;
    const share = 1 / Math.max(1, ordersOf(entry));
    const hop = things(charge.who)?.id ?? String(charge.who);
    const found = hops.get(hop) ?? { counts: noCost(), requests: 0 };
    hops.set(hop, found);
    addCounts(found.counts, charge.counts ?? {}, share);
    addCounts(sum, charge.counts ?? {}, share);
    found.requests += (charge.requests ?? 0) * share;
  }
  const parts = [...hops]
    .map(([hop, found]) => ({ hop, calls: found.counts.calls, dollars: dollarsOf(found) }))
    .filter(({ calls, dollars }) => calls > 0 || dollars > 0)
    .sort((a, b) => b.dollars - a.dollars || (a.hop < b.hop ? -1 : 1));
  return {
    dollars: parts.reduce((all, { dollars }) => all + dollars, 0),
    calls: sum.calls,
    writeCalls: sum.commandWrites,
    writeUnits: sum.writeUnits,
    reads: sum.reads,
    readUnits: sum.readUnits,
    transitions: sum.transitions,
    parts,
  };
};
