import { type FaultName, faultKinds, faultNames } from "../faults/index.ts";
import { type Outcome, simulate } from "../simulate.ts";
import type { Flow } from "./flows.ts";

/** An I/O point of a flow, and the faults that can befall it. */
export type CrashPoint = { point: string; fits: FaultName[] };

/** A flow in which nothing else goes wrong: all I/O points that it passes, in their order. */
export type Recorded = { flow: Flow; points: CrashPoint[]; outcome: Outcome };

/** A point without its number: where it is, however often that is passed. */
const placeOf = (point: string): string => point.slice(0, point.lastIndexOf(" #"));

/** Runs a flow without any fault but those that it is about, and writes down what can go wrong where. */
export const record = async (flow: Flow): Promise<Recorded> => {
  const points: CrashPoint[] = [];
  const given = new Set(flow.given.map(({ point }) => placeOf(point)));
  const [from, until] = flow.quiet;
  const outcome = await simulate(flow.plan, {
    onCall(passage, call, after) {
      if (given.has(placeOf(passage.point)) || (after >= from && after < until)) return;
      const fits = faultNames.filter((name) => faultKinds[name].fits(passage, call));
      points.push({ point: passage.point, fits });
    },
  });
  return { flow, points, outcome };
};
