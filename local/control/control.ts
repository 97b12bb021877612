import { restOf } from "../at-rest.ts";
import { lookInto } from "../console/look.ts";
import type { Shop } from "../shop.ts";
import type { Command, Control } from "./command.ts";
import { attention } from "./commands/attention.ts";
import { clock, reset, rewind } from "./commands/clock.ts";
import { duplicate, replay } from "./commands/events.ts";
import { fail } from "./commands/fail.ts";
import { invariantsCommand } from "./commands/invariants.ts";
import { pause, resume } from "./commands/pause.ts";
import { decline, restore, silence } from "./commands/provider.ts";
import { poison, redriveQueue } from "./commands/queues.ts";
import { robotCommand } from "./commands/robot.ts";
import { scenarioCommand } from "./commands/scenario.ts";
import { conflict, loseAnswer, slow, throttle } from "./commands/spoil.ts";
import { status } from "./commands/status.ts";
import { createFaults } from "./faults.ts";
import { liveInvariants } from "./live-invariants.ts";
import { createRobot } from "./robot.ts";
import { switchesOf } from "./switches.ts";
import { refuse, type Told } from "./told.ts";

/** Every command to a running shop, as --help lists them. */
export const commands: readonly Command[] = [
  ...[status, scenarioCommand, robotCommand, invariantsCommand],
  ...[pause, resume, fail, silence, decline, slow, throttle, conflict, loseAnswer, restore],
  ...[duplicate, poison, redriveQueue, replay, attention],
  ...[clock, rewind, reset],
];

/** Longer lines are no commands. */
const LONGEST = 1_000;

/** The command that a line begins with, and the words behind its name. Refuses what is none. */
export const readLine = (line: string): { command: Command; words: string[] } => {
  if (line.length > LONGEST) refuse(`A line has ${LONGEST} characters at most.`);
  const all = line.trim().split(/\s+/);
  for (const command of commands) {
    const name = command.name.split(" ");
    if (name.every((word, i) => all[i]?.toLowerCase() === word))
      return { command, words: all.slice(name.length) };
  }
  return refuse(
    `There is no command "${all[0] ?? ""}"; there are ${commands.map(({ name }) => name).join(", ")}.`,
  );
};

const isPaused = ({ beside }: Shop) => beside.clock?.paused === true;

/** For so long a command may take of its own while time stands still, in ms of the wall. */
const OWN_MS = 1_500;

/** What is told where time stands still and a command waits for it. */
const underWay = () => {
  let timer: NodeJS.Timeout | undefined;
  const told = new Promise<Told>((resolve) => {
    timer = setTimeout(resolve, OWN_MS, {
      said: "It has begun, and waits, for time stands still.",
      next: "It goes on with `clock resume`, or step by step with `clock step`.",
    });
  });
  return { told, stop: () => clearTimeout(timer) };
};

/** Lets somebody command a shop: each line does something and says what, and what one should see next. */
export const createControl = (shop: Shop): Control => {
  const quiet: Shop = { ...shop, call: lookInto(shop) };
  quiet.atRest = restOf(quiet);
  const { trace } = shop.cloud;
  const run = (line: string) => {
    const { command, words } = readLine(line);
    if (command.reads) return command.run(control, words);
    shop.beside.clock?.arrived?.();
    const { seq } = trace.write({ kind: "outside", who: "shop", what: line, cause: undefined });
    return trace.under(seq, () => command.run(control, words));
  };
  const control: Control = {
    ...{ shop, quiet },
    faults: createFaults(shop),
    switches: switchesOf(shop, quiet),
    robot: createRobot(shop),
    invariants: liveInvariants(quiet),
    async say(line) {
      const told = Promise.resolve(run(line));
      if (!isPaused(shop)) return told;
      const later = underWay();
      return Promise.race([told, later.told]).finally(later.stop);
    },
  };
  return control;
};
