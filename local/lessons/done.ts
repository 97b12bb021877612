import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { lessonsHome } from "./copy.ts";

/** When a learner first broke a lesson's promise, and first did its exercise, as ISO 8601. */
export type Done = Record<string, { broken?: string; solved?: string }>;

const file = join(lessonsHome, "done.json");

/** What the learner of this checkout has done so far. */
export const whatIsDone = (): Done =>
  existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Done) : {};

/** Notes what was done now; the first time counts. */
export const noteDone = (number: string, what: "broken" | "solved"): void => {
  const done = whatIsDone();
  const now = new Date().toISOString();
  const after = { ...done, [number]: { [what]: now, ...done[number] } };
  mkdirSync(lessonsHome, { recursive: true });
  writeFileSync(`${file}.part`, JSON.stringify(after, null, 2));
  renameSync(`${file}.part`, file);
};
