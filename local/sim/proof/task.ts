import { doors } from "../../fuzz/doors.ts";
import { type Door, knock } from "../../fuzz/ground.ts";
import { history, isOfRulebook, withoutSagas } from "../histories/history.ts";
import { hunt } from "../mutants/hunt.ts";
import { museum } from "../mutants/museum.ts";
import { planOf, type Size } from "../plan.ts";
import { simulate } from "../simulate.ts";
import type { Case } from "../sweep/cases.ts";
import { planOfCase } from "../sweep/run-case.ts";

/** A piece of the proof, as plain data: the same task comes to the same result in every process. */
export type Task =
  | { do: "seed"; seed: number; size: Size }
  | { do: "case"; one: Case }
  | { do: "mutant"; name: string; first: number; most: number }
  | { do: "histories"; seed: number; count: number }
  | { do: "fuzz"; door: string; seed: number; count: number };

/** What came of a task. */
export type Result = {
  /** How much of what its part counts. */
  count: number;
  /** What was broken, each in a sentence. */
  broken: string[];
  /** Edges, steps and faults that were reached. */
  reached: string[];
  hash?: string;
};

const nothing = { broken: [], reached: [] };

/** Runs a plan: how it went, and all that it reached. */
const run = async (name: string, ...asked: Parameters<typeof simulate>): Promise<Result> => {
  const { violations, reached, hash } = await simulate(...asked);
  const broken = violations
    .slice(0, 1)
    .map(({ invariant, what }) => `${name} breaks ${invariant}: ${what}`);
  return { count: 1, broken, reached, ...(hash && { hash }) };
};

const inWords = ({ flow, faults }: Case) =>
  `${flow} with ${faults.map(({ fault, point }) => `${fault} at ${point}`).join(" and ")}`;

/** Does a task. */
export const runTask = async (task: Task): Promise<Result> => {
  switch (task.do) {
    case "seed":
      return run(`seed ${task.seed}`, planOf(task.seed, task.size), { hashed: true });
    case "case":
      return run(inWords(task.one), planOfCase(task.one));
    case "mutant": {
      const { name, first, most } = task;
      const mutant = museum.find((one) => one.name === name);
      const found = await hunt(mutant, { first, most, brought: mutant?.brought });
      return {
        ...nothing,
        count: 1,
        broken: found ? [] : [`${name} is not found in ${most} runs`],
      };
    }
    case "histories": {
      const shop = await withoutSagas(task.seed);
      const broken: string[] = [];
      for (let i = 0; i < task.count; i++) {
        const made = await history(shop);
        if (!isOfRulebook(made))
          broken.push(`history ${i} of seed ${task.seed} is not one of the rulebook`);
      }
      await shop.local.stop();
      return { ...nothing, count: task.count, broken };
    }
    case "fuzz": {
      const found = await knock(doors[task.door] as Door, task.seed, task.count);
      return {
        ...nothing,
        count: task.count,
        broken: found.map((what) => `${task.door} (seed ${task.seed}): ${what}`),
      };
    }
  }
};
