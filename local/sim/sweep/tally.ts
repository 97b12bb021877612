import type { Case, Cases, FlowPoints } from "./cases.ts";
import type { CaseRan } from "./run-case.ts";

/** What came of the cases of one flow. */
export type FlowTally = {
  flow: string;
  /** How many I/O points it passes. */
  points: number;
  cases: number;
  ran: number;
  recovered: number;
  /** At how many points something was done, and at how many of them every run recovered. */
  struck: number;
  sound: number;
};

/** Counts what came of cases, by flow. */
export const tallyOf = (recorded: readonly FlowPoints[], cases: Cases) => {
  const tallies = new Map<string, FlowTally>();
  const struck = new Map<string, Set<string>>();
  const unsound = new Map<string, Set<string>>();
  for (const { flow, points } of recorded) {
    const nothing = { cases: 0, ran: 0, recovered: 0, struck: 0, sound: 0 };
    tallies.set(flow, { flow, points: points.length, ...nothing });
    struck.set(flow, new Set());
    unsound.set(flow, new Set());
  }
  for (let index = 0; index < cases.count; index++) {
    const tally = tallies.get(cases.at(index).flow);
    if (tally) tally.cases += 1;
  }
  const count = ({ flow, faults }: Case, recovered: boolean) => {
    const tally = tallies.get(flow);
    if (!tally) return;
    tally.ran += 1;
    if (recovered) tally.recovered += 1;
    for (const { point } of faults) {
      struck.get(flow)?.add(point);
      if (!recovered) unsound.get(flow)?.add(point);
    }
  };
  return {
    /** A case that ran, or at which its process came to an end. */
    add: (ran: CaseRan | Case) => count(ran, "violations" in ran && ran.violations.length === 0),
    rows: (): FlowTally[] =>
      [...tallies.values()].map((tally) => {
        const all = struck.get(tally.flow)?.size ?? 0;
        return { ...tally, struck: all, sound: all - (unsound.get(tally.flow)?.size ?? 0) };
      }),
  };
};
