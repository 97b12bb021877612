import { stepCommands } from "./own-steps.ts";
import { decide, type Program } from "./program.ts";
import type { Rules } from "./rules.ts";

/** The Lambdas of steps that have a row of their own, and of their undos: each decides by its rulebook. */
export const stepPrograms = (rules: Rules): Record<string, () => Program> =>
  Object.fromEntries(
    stepCommands.map((command) => [command.type, () => decide(rules, "step", command)]),
  );
