import { looked } from "../looked.ts";

/** A command that breaks something, as a card. */
export type Card = {
  name: string;
  usage: string;
  tells: string;
  title?: string;
  hypothesis?: string;
  example?: string;
};

/** A fault and orders that belong together. */
export type Scenario = { name: string; hypothesis: string; look: string };

/** A promise, and whether it holds now. */
export type Judged = {
  invariant: string;
  state: "holds" | "broken" | "waiting";
  broken: { what: string; order?: string }[];
};

/** How far the order robot is. */
export type RobotState = {
  perSecond: number;
  mix: string;
  most: number;
  running: boolean;
  sent: number;
  taken: number;
  refused: Record<string, number>;
};

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
);
/** The robot. */
export const robot = looked<{ robot: RobotState | null }>("robot", { robot: null });
