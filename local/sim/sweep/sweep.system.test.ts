import { relative } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { repositoryRoot } from "../../repository.ts";
import { writePlan } from "../plan-file.ts";
import { oneFaultIn, oneOfEachKind } from "./alike.ts";
import { type Case, singlesOf } from "./cases.ts";
import { flows, takesHours } from "./flows.ts";
import { type Recorded, record } from "./record.ts";
import { planOfCase, runCase } from "./run-case.ts";

const PARTS = 16;
/**
 * Every call of each kind is spoilt by one fault in so many of those that can befall it, by turns; SWEEP_EVERY=1 takes all,
 * SWEEP_OF=WrapGift all at the calls of that function and at those that invoke it. npm run proof takes all of each kind, and
 * npm run sweep every call.
 */
const { SWEEP_OF = "", SWEEP_EVERY = SWEEP_OF ? "1" : "4" } = process.env;
const every = Number(SWEEP_EVERY);
const isWanted = ({ faults }: Case) => faults.some(({ point }) => point.includes(SWEEP_OF));

/** What to do to see a case again. */
const again = (one: Case) => {
  const file = relative(repositoryRoot, writePlan(planOfCase(one), `sweep-${one.flow}.json`));
  return `${JSON.stringify(one)}\nAgain: npm run sim -- --replay ${file}`;
};

describe("every way that an order can go", () => {
  const recorded: Recorded[] = [];
  beforeAll(async () => {
    for (const flow of flows) recorded.push(await record(flow));
  });

  it.each(flows.map(({ name, says }) => [name, says]))("%s: %s", (name) => {
    const { flow, outcome, points } = recorded.find((one) => one.flow.name === name) as Recorded;
    expect(outcome.violations).toEqual([]);
    expect(outcome.reached).toEqual(expect.arrayContaining(flow.reaches));
    expect(outcome.done).toEqual(flow.given);
    const names = points.map(({ point }) => point);
    expect(names.filter((point) => flow.inOrder.includes(point))).toEqual(flow.inOrder);
    expect(new Set(names).size).toBe(names.length);
    expect(points.filter(({ fits }) => fits.length === 0)).toEqual([]);
  });

  const parts = Array.from({ length: PARTS }, (_, part) => part + 1);
  it.each(parts)(
    `F29 F68 I7 I8 I9 I10 I15 I17 I18 recovers from a fault at a call of every kind (part %i of ${PARTS})`,
    async (part) => {
      const points = recorded.map(({ flow, points }) => ({ flow: flow.name, points }));
      const kinds = oneOfEachKind(singlesOf(points), takesHours);
      const cases = oneFaultIn(every, kinds).filter(isWanted);
      expect(cases.length).toBeGreaterThan(SWEEP_OF ? 0 : 400);
      for (let index = part - 1; index < cases.length; index += PARTS) {
        const one = cases[index] as Case;
        const { met, violations } = await runCase(one);
        if (met && violations.length === 0) continue;
        expect.soft({ met, violations }, again(one)).toEqual({ met: true, violations: [] });
      }
    },
  );
});
