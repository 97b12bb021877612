import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { repositoryRoot } from "../repository.ts";
import { type CodeOf, codeOf } from "./code-of.ts";
import { failedSeed, failedTest } from "./grade.ts";
import { type Exercise, solutionOf } from "./lesson.ts";
import { allLessons, said } from "./lessons.ts";

/** What every lesson says, in this order. */
const PARTS = [
  "The problem",
  "The code",
  "Break it",
  "Exercise",
  "Why so",
  "What it costs",
  "Security",
];

const nowhere = { write: () => true };
/** How many seeds a solution has to pass here. A learner's has to pass a hundred. */
const SEEDS = 3;

const ofSeeds = new Map<string, ReturnType<typeof failedSeed>>();
/** Tries the seeds of an exercise on its solution. Many a solution is our own code: what was tried on the same is not tried again. */
const failedSeedOf = (code: CodeOf, exercise: Exercise) => {
  const key = JSON.stringify([code.variant, exercise.seeds]);
  const failed = ofSeeds.get(key) ?? failedSeed(code, exercise, SEEDS, nowhere);
  ofSeeds.set(key, failed);
  return failed;
};

const lessons = await allLessons();

describe.each(lessons)("lesson $number: $lesson.title", ({ number, folder, lesson }) => {
  const { promise, sabotage, says, exercise } = lesson;

  it("has all parts, and says when not to do so", () => {
    const text = readFileSync(join(repositoryRoot, folder, "README.md"), "utf8");
    const headings = [...text.matchAll(/^## (.+?)\r?$/gm)].map(([, heading]) => heading);
    expect(headings).toEqual(PARTS);
    expect(text).toContain("**When not:**");
    expect(text).toContain("**Another view: ");
    expect(text).toContain(`npm run lesson ${said(number)} -- --break`);
    expect(text).toContain(lesson.see.line);
  });

  it("promises what holds, and what its sabotage breaks, in the words that it gives to that", async () => {
    expect(await (await codeOf({})).says(promise)).toBeUndefined();
    expect(await (await codeOf({ patches: sabotage })).says(promise)).toBe(says);
  });

  it("has an exercise that is not done when it begins, and is with our solution", async () => {
    const { prepare } = exercise;
    const begun = await failedTest(await codeOf({ patches: prepare }), exercise);
    expect(begun?.hint).toEqual(expect.any(String));
    expect(begun?.what).not.toContain("does not compile");
    const solved = await codeOf({ patches: [...prepare, ...solutionOf(exercise)] });
    expect(await failedTest(solved, exercise)).toBeUndefined();
    expect(await failedSeedOf(solved, exercise)).toBeUndefined();
  });
});
