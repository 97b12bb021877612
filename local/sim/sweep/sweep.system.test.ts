import { relative } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { repositoryRoot } from "../../repository.ts";
import { writePlan } from "../plan-file.ts";
import { type Case, mixed, shareOf, singlesOf } from "./cases.ts";
import { flows } from "./flows.ts";
import { type Recorded, record } from "./record.ts";
import { planOfCase, runCase } from "./run-case.ts";

const DAY = 86_400_000;
/** So many of all cases are run each time, and those of another share tomorrow: npm run sweep runs them all. */
const { SWEEP_CASES = "120", SWEEP_TURN = String(Math.floor(Date.now() / DAY)) } = process.env;

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

  it(`I7 I8 I9 I10 I15 I17 I18 recovers from a fault at any I/O point (share ${SWEEP_TURN})`, async () => {
    const singles = singlesOf(recorded.map(({ flow, points }) => ({ flow: flow.name, points })));
    const share = shareOf(mixed(singles), Number(SWEEP_CASES), Number(SWEEP_TURN));
    for (let index = 0; index < share.count; index++) {
      const one = share.at(index);
      const { met, violations } = await runCase(one);
      if (met && violations.length === 0) continue;
      expect.soft({ met, violations }, again(one)).toEqual({ met: true, violations: [] });
    }
  });
});
