import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { CannotStart } from "emulator/kernel/refusals";
import * as z from "zod";
import type { Done } from "./done.ts";

/** What somebody of a class has done, as a line of the shared file. The newest line of a name counts. */
const Line = z.object({
  name: z.string().min(1).max(40),
  at: z.iso.datetime(),
  done: z.record(
    z.string().regex(/^(\d\d|m\d)$/),
    z.object({ broken: z.iso.datetime().optional(), solved: z.iso.datetime().optional() }),
  ),
});
type Line = z.infer<typeof Line>;

/** The lines of a shared file, and how many could not be read: somebody's half-written one spoils nothing. */
const linesOf = (file: string): { lines: Line[]; unread: number } => {
  const texts = existsSync(file) ? readFileSync(file, "utf8").split(/\r?\n/).filter(Boolean) : [];
  const lines = texts.flatMap((text) => {
    try {
      return [Line.parse(JSON.parse(text))];
    } catch {
      return [];
    }
  });
  return { lines, unread: texts.length - lines.length };
};

/** Appends what one has done to the file of a class. Throws CannotStart for a name that is none. */
export const enter = (file: string, name: string, done: Done): void => {
  const line = Line.safeParse({ name: name.trim(), at: new Date().toISOString(), done });
  if (!line.success) throw new CannotStart(`A name has 1 to 40 characters; "${name}" is none.`);
  // One write of one line: on one machine, and on most shares, two of them do not mix.
  try {
    appendFileSync(file, `${JSON.stringify(line.data)}\n`);
  } catch (error) {
    throw new CannotStart(`${file} cannot be written: ${(error as Error).message}.`);
  }
};

/** The class, best first: exercises solved, then promises broken, then who was there earlier. */
export const standings = (file: string) => {
  const { lines, unread } = linesOf(file);
  const newest = new Map<string, Line>();
  for (const line of lines) {
    const before = newest.get(line.name);
    if (!before || before.at <= line.at) newest.set(line.name, line);
  }
  const rows = [...newest.values()].map(({ name, done }) => {
    const all = Object.values(done);
    const solved = all.flatMap((one) => (one.solved ? [one.solved] : [])).sort();
    const broken = all.filter((one) => one.broken).length;
    return { name, solved: solved.length, broken, last: solved.at(-1) ?? "9" };
  });
  rows.sort((a, b) => b.solved - a.solved || b.broken - a.broken || (a.last < b.last ? -1 : 1));
  return { rows, unread };
};
