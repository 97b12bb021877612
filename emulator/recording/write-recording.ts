import { createHash } from "node:crypto";
import type { Graph } from "../boot/graph.ts";
import type { Moment } from "../boot/moments.ts";
import type { WorldMoment } from "../boot/timeline.ts";
import type { Change, Keeper } from "../kernel/keep.ts";
import type { Entry } from "../kernel/trace.ts";
import { FORMAT, ownParts, type RecordingHead } from "./recording.ts";
import { createRedaction, type Redaction, redactDeflated } from "./redaction.ts";

/** What a recording is made of: taken at once, and written while the world goes on. */
export type Material = {
  head: Omit<RecordingHead, "seed" | "moments" | "entries" | "graphHash">;
  graph: Graph;
  /** The oldest first. */
  moments: readonly { moment: Moment; world: WorldMoment }[];
  entries: readonly Entry[];
  parts: Keeper["parts"];
};

/** So long it works before the world has its turn, in milliseconds. */
const TURN_MS = 4;

const short = (text: string) => createHash("sha256").update(text).digest("base64").slice(0, 16);

/** A hash of a graph without its secrets: two worlds of the same hash run the same. */
export const graphHash = (graph: Graph): string =>
  createHash("sha256")
    .update(JSON.stringify(createRedaction().value(graph)))
    .digest("hex");

/** Other chance that follows from some, and does not tell it: access keys were drawn from that. */
const chanceAfter = (chance: readonly number[]): number[] => {
  const bytes = createHash("sha256").update(JSON.stringify(chance)).digest();
  return [0, 4, 8, 12].map((at) => bytes.readInt32LE(at) | (at === 0 ? 1 : 0));
};

type Seen = { is: unknown; hash: string };

/** Tells what changed in a part from one taking to the next. */
const differences = (redaction: Redaction) => {
  const before = new Map<string, Map<string, Seen>>();

  const clean = (part: string, value: unknown) => {
    const found = redaction.value(value) as Record<string, unknown>;
    if (part !== "events.archive-packs") return found;
    return { ...found, lines: redactDeflated(String(found.lines), redaction) };
  };

  return function* (
    name: string,
    part: Keeper["parts"] extends ReadonlyMap<string, infer P> ? P : never,
    taken: unknown,
  ): Generator<Change | undefined> {
    const old = before.get(name) ?? new Map<string, Seen>();
    const fresh = new Map<string, Seen>();
    before.set(name, fresh);
    const all = [...part.entriesOf(taken as never)];
    const there = new Set(all.map(({ key }) => key));
    for (const key of old.keys()) if (!there.has(key)) yield [name, redaction.text(key)];

    const order = [...old.keys()].filter((key) => there.has(key));
    let at = 0;
    let moved = false; // what was taken away and put again comes last
    for (const { key, is, value } of all) {
      const known = old.get(key);
      if (known) {
        moved ||= order[at] !== key;
        at += 1;
        if (!moved && is !== undefined && known.is === is) {
          fresh.set(key, known);
          yield undefined;
          continue;
        }
      }
      const text = JSON.stringify(value());
      const hash = short(text);
      fresh.set(key, { is, hash });
      if (known && !moved && known.hash === hash) yield undefined;
      else {
        const told = redaction.text(key);
        if (known && moved) yield [name, told];
        yield [name, told, clean(name, JSON.parse(text))];
      }
    }
  };
};

/** Lets the world have its turn where enough was done. */
const turns = () => {
  let began = performance.now();
  return {
    due: () => performance.now() - began > TURN_MS,
    async give() {
      await new Promise((resolve) => setImmediate(resolve));
      began = performance.now();
    },
  };
};

/** The lines of a recording: its head, its graph, its moments with what changed in each, its entries, its end. */
export async function* linesOfRecording(
  { head, graph, moments, entries, parts }: Material,
  redaction: Redaction,
): AsyncGenerator<string> {
  const turn = turns();
  const told: RecordingHead = {
    ...head,
    graphHash: graphHash(graph),
    seed: chanceAfter(moments[0]?.world.clock.chance ?? []),
    moments: moments.length,
    entries: entries.length,
  };
  yield JSON.stringify({ ...FORMAT, ...told });
  yield JSON.stringify({ graph: redaction.value(graph) });

  const changesOf = differences(redaction);
  for (const { moment, world } of moments) {
    const clock = { now: world.clock.now, chance: chanceAfter(world.clock.chance) };
    yield JSON.stringify({ moment: redaction.value(moment), clock });
    for (const [name, part] of parts) {
      if (ownParts.includes(name) || !world.parts.has(name)) continue;
      for (const change of changesOf(name, part, world.parts.get(name))) {
        if (change) yield JSON.stringify({ change });
        if (turn.due()) await turn.give();
      }
    }
  }
  for (const entry of entries) {
    yield JSON.stringify({ entry: redaction.value(entry) });
    if (turn.due()) await turn.give();
  }
  yield JSON.stringify({ end: true });
}
