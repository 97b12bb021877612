import type { Plan } from "../plan.ts";
import { simulate } from "../simulate.ts";
import type { Case } from "./cases.ts";
import { flowNamed } from "./flows.ts";

/** What came of a case. */
export type CaseRan = Case & {
  /** Of the processor's time, in milliseconds. */
  ms: number;
  /** Whether all its points were passed: one fault may keep the order from the point of another. */
  met: boolean;
  violations: { invariant: string; what: string }[];
};

/** A case as a plan, which runs again by itself. */
export const planOfCase = ({ flow, faults }: Case): Plan => {
  const found = flowNamed(flow);
  if (!found) throw new Error(`There is no flow "${flow}"`);
  return { ...found.plan, faults: { kind: "exactly", points: [...found.given, ...faults] } };
};

/** Runs a case, from a shop that has just opened to one at rest. */
export const runCase = async (one: Case): Promise<CaseRan> => {
  const began = process.cpuUsage();
  const { done, violations } = await simulate(planOfCase(one));
  const { user, system } = process.cpuUsage(began);
  const happened = new Set(done.map(({ point }) => point));
  const met = one.faults.every(({ point }) => happened.has(point));
  return { ...one, ms: (user + system) / 1000, met, violations };
};
