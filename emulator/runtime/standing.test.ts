import { expect, test } from "vitest";
import type { Hosted } from "./function-thread.ts";
import { standingIn } from "./standing.ts";

const environment = (name: string, state: Hosted["state"], sent: number) =>
  ({ fn: { name }, state, sent }) as Hosted;

/** What stands in a thread that has heard two messages and runs, or ran last, the environment of that number. */
const found = (running: number, ...environments: Hosted[]) =>
  standingIn({
    hosted: new Map(environments.map((one, number) => [number, one])),
    at: () => running,
    deafTo: ({ sent }) => sent > 2,
  });

test("what a thread was heard to work on may be what it stands still in", () => {
  const works = [environment("A", "running", 1), environment("B", "starting", 2)];
  expect(
    found(0, ...works, environment("C", "running", 3), environment("D", "resting", 1)),
  ).toEqual(["A", "B"]);
  expect(found(0, environment("A", "running", 1), environment("A", "running", 2))).toEqual(["A"]);
});

test("where all have answered or were not heard yet, it is what ran there last", () => {
  const idle = [environment("A", "resting", 1), environment("B", "running", 3)];
  expect(found(0, ...idle)).toEqual(["A"]);
  expect(found(9, ...idle)).toEqual(["A", "B"]);
  expect(found(9)).toEqual([]);
});
