import type { Command } from "../command.ts";
import { type Switch, switchesNamed } from "../switches.ts";
import { refuse } from "../told.ts";
import { lasting, shownSpan } from "../words.ts";

const FIVE_MINUTES = 300_000;

const hypothesis =
  "Nothing is lost while a consumer stands still: its work waits, and is done once when it goes on.";

const namesOf = (chosen: readonly Switch[]) =>
  [...new Set(chosen.map(({ name }) => name))].join(", ");

const pauseOf = (names: readonly string[]) => `${names.join(", ")} paused.`;

/** A pause of the same switches: said once more it begins anew, and does not last longer than it is told to now. */
const samePause =
  (names: readonly string[]) =>
  ({ what }: { what: string }) =>
    what === pauseOf(names);

/** What one sees while these are paused. */
const seen = (chosen: readonly Switch[]): string => {
  const waits = [...new Set(chosen.flatMap(({ waitsIn }) => waitsIn ?? []))];
  const missed = chosen.filter(({ waitsIn, kind }) => !waitsIn && kind === "rule");
  const relays = chosen.some(({ name }) => name === "OrdersRelayOutbox");
  const parts = [
    waits.length > 0 && `what is for them waits in ${waits.join(" and ")}, and its depth goes up`,
    relays && "new orders stay PENDING",
    missed.length > 0 &&
      `a disabled rule keeps nothing: what comes meanwhile is missed by ${namesOf(missed)}, and a sweeper has to find it`,
    chosen.some(({ kind }) => kind === "schedule") && "nothing is swept at its time",
  ].filter(Boolean);
  return parts.join("; ");
};

/** `pause`: AWS's own switches, an event source mapping, a rule or a schedule disabled. */
export const pause: Command = {
  name: "pause",
  title: "Stop a consumer",
  usage: "pause THING [for 5m]",
  tells:
    "switches a consumer off: relay, relay orders, projections, notifications, webhooks, any function behind a queue, rule or schedule; until the last pause of it ends",
  hypothesis,
  example: "pause relay",
  async run(control, words) {
    const { rest, ms } = lasting(words, FIVE_MINUTES);
    if (rest.length === 0) refuse("Pause what? For instance: pause relay.");
    const { faults, switches } = control;
    const chosen = switchesNamed(switches, rest);
    const holds = [...new Set(chosen.map(({ name }) => name))];
    const before = faults.list().filter(samePause(holds));
    const { fault } = faults.arm({ what: pauseOf, hypothesis, ms, holds });
    for (const { id } of before) faults.disarm(id);
    await control.switched();
    const until = faults.held();
    const longer = holds.filter((name) => (until.get(name) ?? 0) > fault.endsAt);
    const next = seen(chosen);
    return {
      said: `${holds.join(", ")} paused, for ${shownSpan(ms)} at most.${longer.length > 0 ? ` What was said before holds ${longer.join(", ")} for longer.` : ""}`,
      next: `${next.charAt(0).toUpperCase()}${next.slice(1)}. \`resume ${rest.join(" ")}\` lets it go on.`,
      aws: chosen.map(({ line }) => line(false)),
    };
  },
};

/** `resume`: the other way. */
export const resume: Command = {
  name: "resume",
  usage: "resume THING",
  tells: "switches it on again; what waited is done now",
  example: "resume relay",
  async run(control, words) {
    if (words.length === 0) refuse("Resume what? `status` lists what is paused.");
    const chosen = switchesNamed(control.switches, words);
    const off = [];
    for (const one of chosen) if (!(await one.isOn())) off.push(one);
    control.faults.letGo(chosen.map(({ name }) => name));
    await control.switched();
    const stay = [...control.faults.held().keys()];
    return {
      said:
        off.length > 0
          ? `${namesOf(off)} ${off.length === 1 ? "goes" : "go"} on.`
          : `${namesOf(chosen)} was not paused.`,
      next: `What waited is taken now, oldest first, and its depth goes down to 0.${stay.length > 0 ? ` ${stay.join(", ")} ${stay.length === 1 ? "stays" : "stay"} paused.` : ""}`,
      aws: chosen.map(({ line }) => line(true)),
    };
  },
};
