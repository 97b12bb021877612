import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { CannotStart } from "emulator/kernel/refusals";
import { repositoryRoot } from "../repository.ts";
import type { Lesson } from "./lesson.ts";

/** A lesson and where it stands: `03`, and `docs/lessons/03-outbox`. */
export type Listed = { number: string; folder: string; lesson: Lesson };

const HOME = "docs/lessons";

/** The folders of all lessons, from the root, in their order. */
const lessonFolders = (): string[] =>
  readdirSync(join(repositoryRoot, HOME))
    .filter(
      (name) => /^\d\d-/.test(name) && existsSync(join(repositoryRoot, HOME, name, "lesson.ts")),
    )
    .sort()
    .map((name) => `${HOME}/${name}`);

const listed = async (folder: string): Promise<Listed> => {
  const file = pathToFileURL(join(repositoryRoot, folder, "lesson.ts")).href;
  const { lesson }: { lesson: Lesson } = await import(/* @vite-ignore */ file);
  return { number: folder.slice(HOME.length + 1, HOME.length + 3), folder, lesson };
};

/** All lessons, in their order. */
export const allLessons = (): Promise<Listed[]> => Promise.all(lessonFolders().map(listed));

/** The lesson of a number, `3` or `03`. Throws CannotStart, in one sentence, where there is none. */
export const lessonOf = async (number: string): Promise<Listed> => {
  const wanted = /^\d{1,2}$/.test(number) ? number.padStart(2, "0") : number;
  const folder = lessonFolders().find((one) => one.startsWith(`${HOME}/${wanted}-`));
  if (!folder)
    throw new CannotStart(`There is no lesson "${number}": \`npm run lesson\` lists them.`);
  return listed(folder);
};
