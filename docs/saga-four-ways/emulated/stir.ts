import { faultNames } from "../../../local/sim/faults/index.ts";
import { type Plan, planOf } from "../../../local/sim/plan.ts";
import { simulate } from "../../../local/sim/simulate.ts";
import type { Way } from "./ways.ts";

/** In how many runs of the simulator a way broke a promise, without faults and with, and which promises, how often. */
export type Stirred = {
  runs: number;
  calm: number;
  stirred: number;
  broken: Record<string, number>;
  /** One that broke, in the simulator's words. */
  example?: string | undefined;
};

/** Of so many seeds for each kind of fault, how many break a promise. */
export type ByKind = { runs: number; breaks: Record<string, number> };

const SIZE = { least: 2, most: 6 };
/** How often a fault strikes where it can, where it is the only kind. */
const OFTEN = 0.015;

/** Nobody stops a saga: that is an act upon Step Functions, and the other ways have nothing that could be stopped. */
const fairOf = (plan: Plan): Plan => ({
  ...plan,
  acts: plan.acts.filter((act) => act.do !== "stop a saga"),
});
const calmed = (plan: Plan): Plan => ({ ...plan, faults: { kind: "exactly", points: [] } });

/** Lets a way run the plans of so many seeds, each without faults and with the faults that the plan draws. */
export const stir = async ({ variant }: Way, runs: number): Promise<Stirred> => {
  const all: Stirred = { runs, calm: 0, stirred: 0, broken: {} };
  for (let seed = 1; seed <= runs; seed++) {
    const plan = fairOf(planOf(seed, SIZE));
    for (const kind of ["calm", "stirred"] as const) {
      const { violations } = await simulate(kind === "calm" ? calmed(plan) : plan, { variant });
      if (violations.length === 0) continue;
      all[kind] += 1;
      const names = new Set(violations.map(({ invariant }) => invariant.split(" ")[0] ?? ""));
      for (const name of names) all.broken[name] = (all.broken[name] ?? 0) + 1;
      all.example ??= `seed ${seed}, ${kind}: ${violations[0]?.invariant}: ${violations[0]?.what}`;
    }
  }
  return all;
};

/** One kind of fault at a time, and often: how many of so many seeds break a promise, for the kinds of which any does. */
export const stirByKind = async ({ variant }: Way, runs: number): Promise<ByKind> => {
  const breaks: Record<string, number> = {};
  for (const kind of faultNames)
    for (let seed = 1; seed <= runs; seed++) {
      const faults = { kind: "swarm" as const, kinds: [kind], chance: OFTEN };
      const { violations } = await simulate({ ...fairOf(planOf(seed, SIZE)), faults }, { variant });
      if (violations.length > 0) breaks[kind] = (breaks[kind] ?? 0) + 1;
    }
  return { runs, breaks };
};
