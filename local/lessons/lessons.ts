import { existsSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { CannotStart } from "emulator/kernel/refusals";
import { repositoryRoot } from "../repository.ts";
import type { Lesson } from "./lesson.ts";

/** A lesson and where it stands: `03`, and `docs/lessons/03-outbox`; a step of the migration track is `m1`. */
export type Listed = { number: string; folder: string; lesson: Lesson };

const HOME = "docs/lessons";

/** The folders with a lesson in a folder, whose names begin with a number, in their order. */
const foldersIn = (home: string): string[] =>
  readdirSync(join(repositoryRoot, home))
    .filter((name) => /^\d+-/.test(name))
    .map((name) => `${home}/${name}`)
    .filter((folder) => existsSync(join(repositoryRoot, folder, "lesson.ts")))
    .sort();

/** The folders of all lessons, from the root, in their order: by their numbers. */
const lessonFolders = (): Map<string, string> => {
  const numberOf = (folder: string) => basename(folder).split("-")[0] as string;
  return new Map([
    ...foldersIn(HOME).map((folder) => [numberOf(folder), folder] as const),
    ...foldersIn(`${HOME}/migration`).map((folder) => [`m${numberOf(folder)}`, folder] as const),
  ]);
};

/** A lesson's number as one says it: `3`, or `m1`. */
export const said = (number: string): string => number.replace(/^0/, "");

const listed = async (number: string, folder: string): Promise<Listed> => {
  const file = pathToFileURL(join(repositoryRoot, folder, "lesson.ts")).href;
  const { lesson }: { lesson: Lesson } = await import(/* @vite-ignore */ file);
  return { number, folder, lesson };
};

/** All lessons, in their order. */
export const allLessons = (): Promise<Listed[]> =>
  Promise.all([...lessonFolders()].map(([number, folder]) => listed(number, folder)));

/** The lesson of a number, `3`, `03` or `m1`. Throws CannotStart, in one sentence, where there is none. */
export const lessonOf = async (number: string): Promise<Listed> => {
  const wanted = /^\d{1,2}$/.test(number) ? number.padStart(2, "0") : number;
  const folder = lessonFolders().get(wanted);
  if (!folder)
    throw new CannotStart(`There is no lesson "${number}": \`npm run lesson\` lists them.`);
  return listed(wanted, folder);
};
