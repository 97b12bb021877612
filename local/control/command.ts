import type { Shop } from "../shop.ts";
import type { Faults } from "./faults.ts";
import type { LiveInvariants } from "./live-invariants.ts";
import type { Rebuilds } from "./rebuild.ts";
import type { Robot } from "./robot.ts";
import type { Switch } from "./switches.ts";
import type { Told } from "./told.ts";

/** What a command works with. */
export type Control = {
  shop: Shop;
  /** The same shop, looked at past every gate: for reading only. No fault meets it, and no trace has it. */
  quiet: Shop;
  faults: Faults;
  switches: readonly Switch[];
  /** Every switch is set as it is held or not; ends when that is done. */
  switched: () => Promise<void>;
  robot: Robot;
  /** Scenarios of which something is still to come. */
  playing: Set<{ name: string }>;
  rebuilds: Rebuilds;
  invariants: LiveInvariants;
  /** Does what a line says. Throws CannotStart, with one sentence, for what it cannot do. */
  say: (line: string) => Promise<Told>;
  /** The same, and waits for its end however long time stands still: for what is a part of something else. */
  perform: (line: string) => Promise<Told>;
  /**
   * Time was turned back, or the shop goes on from what another one knew. Faults are whose who arms them: those that are
   * armed now stay so and end by themselves, and what a fault of then had switched off is on again. What the robot, a
   * scenario or `attention` had still to do is given up.
   */
  turned: () => Promise<void>;
};

/** A command to a running shop: one line of words, and what becomes of it. */
export type Command = {
  /** Its first word, or words. */
  name: string;
  /** How it is written: "pause THING [for 5m]". */
  usage: string;
  tells: string;
  /** What its card says at the top, where it breaks something. */
  title?: string;
  /** What ought to hold all the same, where it breaks something. */
  hypothesis?: string;
  /** Whether it only looks, and is no part of the story. */
  reads?: true;
  /** Whether it waits for nothing on the shop's clock, as what only looks does not either: no pause holds it up. */
  timeless?: true;
  /** Words that work as they are, for a button. */
  example?: string;
  run: (control: Control, words: string[]) => Told | Promise<Told>;
};
