import type { Command } from "../../../local/control/command.ts";
import type { Judged } from "../../../local/control/live-invariants.ts";
import type { RobotState } from "../../../local/control/robot.ts";
import type { Scenario as Arranged } from "../../../local/control/scenarios.ts";
import { looked } from "../looked.ts";

/** A command that breaks something, as a card. */
export type Card = Omit<Command, "run">;

/** A fault and orders that belong together. */
export type Scenario = Pick<Arranged, "name" | "hypothesis" | "look">;

/** What can be broken, and in which mixes the robot orders. */
export const cards = looked<{ commands: Card[]; mixes: string[] }>("commands", {
  commands: [],
  mixes: [],
});
/** What can be arranged. */
export const scenarios = looked<{ scenarios: Scenario[] }>("scenarios", { scenarios: [] });
/** The promises, as the books of the shop have them. */
export const invariants = looked<{ atRest: boolean; orders: number; invariants: Judged[] }>(
  "invariants",
  { atRest: true, orders: 0, invariants: [] },
  { ofLife: true },
);
/** The robot. */
export const robot = looked<{ robot: RobotState | null }>(
  "robot",
  { robot: null },
  { ofLife: true },
);
