import { restOf } from "../at-rest.ts";
import { lookInto } from "../console/look.ts";
import type { Shop } from "../shop.ts";
import type { Command, Control } from "./command.ts";
import { attention } from "./commands/attention.ts";
import { clock, reset, rewind } from "./commands/clock.ts";
import { duplicate, replay } from "./commands/events.ts";
import { fail } from "./commands/fail.ts";
import { fork, forks, stopFork } from "./commands/fork.ts";
import { invariantsCommand } from "./commands/invariants.ts";
import { pause, resume } from "./commands/pause.ts";
import { decline, restore, silence } from "./commands/provider.ts";
import { poison, redriveQueue } from "./commands/queues.ts";
import { rebuildCommand, spoilCommand } from "./commands/rebuild.ts";
import { robotCommand } from "./commands/robot.ts";
import { scenarioCommand } from "./commands/scenario.ts";
import { conflict, loseAnswer, slow, throttle } from "./commands/spoil.ts";
import { status } from "./commands/status.ts";
import { createFaults } from "./faults.ts";
import { liveInvariants } from "./live-invariants.ts";
import { fromOutside, orUnderWay } from "./outside.ts";
import { createRebuilds } from "./rebuild.ts";
import { createRobot } from "./robot.ts";
import { switchesOf } from "./switches.ts";
import { refuse } from "./told.ts";

/** Every command to a running shop, as --help lists them. */
export const commands: readonly Command[] = [
  ...[status, scenarioCommand, robotCommand, invariantsCommand],
  ...[pause, resume, fail, silence, decline, slow, throttle, conflict, loseAnswer, restore],
  ...[duplicate, poison, redriveQueue, replay, spoilCommand, rebuildCommand, attention],
  ...[clock, rewind, reset, fork, forks, stopFork],
];

/** Longer lines are no commands. */
const LONGEST = 1_000;

/** The command that a line begins with, and the words behind its name. Refuses what is none. */
const readLine = (line: string): { command: Command; words: string[] } => {
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

/** Lets somebody command a shop: each line does something and says what, and what one should see next. */
export const createControl = (shop: Shop): Control => {
  const quiet: Shop = { ...shop, call: lookInto(shop) };
  quiet.atRest = restOf(quiet);
  const run = async (line: string, { command, words } = readLine(line)) => {
    if (command.reads) return command.run(control, words);
    return fromOutside(shop, { who: "shop", what: line }, () => command.run(control, words));
  };
  const { paused = new Map<string, true>() } = shop.beside;
  /** Switches that something holds since lately, or nothing any more. */
  const changed = new Set<string>();
  const setChanged = async () => {
    const names = new Set(changed);
    changed.clear();
    for (const one of control.switches)
      if (names.has(one.name)) await one.set(!faults.held().has(one.name));
  };
  let setting: Promise<void> = Promise.resolve();
  /** One after the other, so that what was said last stands. */
  const switched = () => {
    setting = setting.catch(() => {}).then(setChanged);
    return setting;
  };
  const faults = createFaults(shop, (names) => {
    for (const name of names) changed.add(name);
    void switched();
  });
  const control: Control = {
    ...{ shop, quiet, faults, switched },
    switches: switchesOf(shop, quiet).map((one) => ({
      ...one,
      async set(on) {
        await one.set(on);
        if (on) paused.delete(one.name);
        else paused.set(one.name, true);
      },
    })),
    robot: createRobot(shop),
    playing: new Set(),
    rebuilds: createRebuilds(shop, quiet),
    invariants: liveInvariants(quiet),
    async turned() {
      control.robot.turned();
      control.rebuilds.turned();
      control.playing.clear();
      faults.turned();
      changed.clear();
      setting = Promise.resolve(); // what was under way then has not happened
      const held = faults.held();
      // Past the gates: time stands while this is done, and no fault must make it wait.
      for (const { name, isOn, set } of switchesOf(quiet, quiet)) {
        if (held.has(name) && (await isOn())) await set(false);
        if (!held.has(name) && paused.has(name) && !(await isOn())) await set(true);
      }
      paused.clear();
      for (const name of held.keys()) paused.set(name, true);
    },
    perform: (line) => run(line),
    async say(line) {
      const read = readLine(line);
      const work = run(line, read);
      return read.command.reads || read.command.timeless ? work : orUnderWay(shop, work);
    },
  };
  return control;
};
