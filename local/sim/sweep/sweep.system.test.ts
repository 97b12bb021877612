import { relative } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { repositoryRoot } from "../../repository.ts";
import { writePlan } from "../plan-file.ts";
import { oneOfEachKind } from "./alike.ts";
import { type Case, singlesOf } from "./cases.ts";
import { flows } from "./flows.ts";
import { type Recorded, record } from "./record.ts";
import { planOfCase, runCase } from "./run-case.ts";

const DAY = 86_400_000;
const PARTS = 16;
/**
 * In so many days one case of each kind is run, and then another one of each: all kinds at once take longer than a test may.
 * npm run sweep runs all cases.
 */
const { SWEEP_DAYS = "2", SWEEP_TURN = String(Math.floor(Date.now() / DAY)) } = process.env;
const [days, turn] = [Number(SWEEP_DAYS), Number(SWEEP_TURN)];

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
    `I7 I8 I9 I10 I15 I17 I18 recovers from every fault at every kind of call (part %i of ${PARTS}, turn ${SWEEP_TURN})`,
    async (part) => {
      const points = recorded.map(({ flow, points }) => ({ flow: flow.name, points }));
      const kinds = oneOfEachKind(singlesOf(points), Math.floor(turn / days));
      const first = (part - 1) * days + (turn % days);
      for (let index = first; index < kinds.count; index += PARTS * days) {
        const one = kinds.at(index);
        const { met, violations } = await runCase(one);
        if (met && violations.length === 0) continue;
        expect.soft({ met, violations }, again(one)).toEqual({ met: true, violations: [] });
      }
    },
  );

  it("says how many cases stand for how many", () => {
    const singles = singlesOf(recorded.map(({ flow, points }) => ({ flow: flow.name, points })));
    const { count } = oneOfEachKind(singles, 0);
    expect(count).toBeGreaterThan(1_000);
    process.stdout.write(
      `${count} single faults stand for ${singles.count}; of them one in ${days} is run today.\n`,
    );
  });
});
