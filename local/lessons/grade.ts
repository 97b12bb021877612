import { progressOf } from "../sim/progress.ts";
import type { CodeOf } from "./code-of.ts";
import { firstBroken } from "./first-broken.ts";
import type { Exercise } from "./lesson.ts";

/** What came of grading: undefined where all passed, else what failed and a hint. */
export type Failed = { what: string; hint: string };

/** Tries an exercise's tests in their order; answers the first that does not hold. */
export const failedTest = async (
  { says }: CodeOf,
  { tests }: Exercise,
  passed: (name: string) => void = () => {},
): Promise<Failed | undefined> => {
  for (const { name, holds, hint } of tests) {
    const what = await says(holds).catch((error: Error) => error.message);
    if (what !== undefined) return { what: `${name}: ${what}`, hint };
    passed(name);
  }
  return undefined;
};

/** Runs seeds of the simulator on the code, where they say something of the exercise; answers the first broken promise. */
export const failedSeed = async (
  { variant }: CodeOf,
  exercise: Exercise,
  count: number,
  out: Parameters<typeof progressOf>[0],
): Promise<Failed | undefined> => {
  if (exercise.seeds === false) return undefined;
  const { seeds, hint } = exercise;
  const progress = progressOf(out, { what: "seeds", runs: count, seconds: undefined });
  for (let seed = 1; seed <= count; seed++) {
    const broken = await firstBroken(seed, seeds, variant);
    if (broken) {
      progress.end();
      return {
        what: `Seed ${seed} of the simulator breaks ${broken.invariant}: ${broken.what}`,
        hint,
      };
    }
    progress.tell(seed, 0);
  }
  progress.end();
  return undefined;
};
