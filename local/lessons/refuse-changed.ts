import { relative } from "node:path";
import { CannotStart } from "emulator/kernel/refusals";
import type { Copy } from "./copy.ts";
import type { Lesson } from "./lesson.ts";
import { said } from "./lessons.ts";

/**
 * Refuses to put more into a copy that its learner has changed, in one sentence. What somebody has mended of the defect, once
 * it was put in, may stay as it is.
 */
export const refuseChanged = (
  { root, changed, putIn }: Pick<Copy, "root" | "changed" | "putIn">,
  { sabotage }: Pick<Lesson, "sabotage">,
  number: string,
): void => {
  const mended = putIn() === "defect" ? sabotage.map(({ file }) => file) : [];
  const [first, ...others] = changed().filter((file) => !mended.includes(file));
  if (first === undefined) return;
  const all = others.length > 0 ? `${first} and ${others.length} more` : first;
  throw new CannotStart(
    `You have changed ${all} in ${relative(process.cwd(), root)}: \`npm run lesson ${said(number)} -- --reset\` makes the copy new.`,
  );
};
