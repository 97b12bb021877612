import { checkGraph, type Graph } from "../boot/graph.ts";
import { isObject } from "../kernel/json.ts";
import type { Change } from "../kernel/keep.ts";
import { CannotStart } from "../kernel/refusals.ts";
import type { Entry } from "../kernel/trace.ts";
import { sizeOfJson } from "./json-size.ts";
import { type PartShapes, partShapes } from "./part-shapes.ts";
import { FORMAT, type RecordedMoment, type Recording, type RecordingHead } from "./recording.ts";
import { type Bounds, linesOfSealed, unreadable, usualBounds } from "./sealed-file.ts";

/** More than any recording has. */
const MOST = { moments: 200, entries: 500_000, changes: 2_000_000 };

/** The last millisecond that a date can be of. */
const LAST_MS = 8.64e15;

const isCount = (value: unknown): value is number =>
  Number.isSafeInteger(value) && Number(value) >= 0;
const isTime = (value: unknown): value is number =>
  typeof value === "number" && Math.abs(value) <= LAST_MS;
const isText = (value: unknown, most: number): value is string =>
  typeof value === "string" && value.length <= most;
const isChance = (value: unknown): value is number[] =>
  Array.isArray(value) && value.length === 4 && value.every((one) => Number.isInteger(one));
const isSpeed = (value: unknown) =>
  value === "max" || (typeof value === "number" && value > 0 && value <= 4);
const isOptional = (value: unknown) => value === undefined || isCount(value);

const isHead = (line: Record<string, unknown>) =>
  isText(line.project, 100) &&
  isText(line.projectVersion, 100) &&
  isText(line.graphHash, 64) &&
  isText(line.node, 40) &&
  isTime(line.recordedAt) &&
  isTime(line.now) &&
  isCount(line.epoch) &&
  isSpeed(line.speed) &&
  isChance(line.seed) &&
  isCount(line.moments) &&
  isCount(line.entries);

const isMoment = (moment: unknown, clock: unknown) =>
  isObject(moment) &&
  isCount(moment.id) &&
  isTime(moment.at) &&
  isCount(moment.seq) &&
  (moment.label === undefined || isText(moment.label, 1_000)) &&
  isObject(clock) &&
  isTime(clock.now) &&
  isChance(clock.chance);

const isEntry = (entry: unknown, seq: number | undefined): entry is Entry =>
  isObject(entry) &&
  isCount(entry.seq) &&
  entry.seq > 0 &&
  (seq === undefined || entry.seq === seq + 1) &&
  isTime(entry.at) &&
  isText(entry.kind, 100) &&
  isOptional(entry.cause) &&
  isOptional(entry.of) &&
  (entry.causes === undefined || (Array.isArray(entry.causes) && entry.causes.every(isCount)));

/** A name that is the way to a prototype says nothing here. */
const harmless = (name: string, value: unknown) => (name === "__proto__" ? undefined : value);

/** Makes lines, as long as all of them together are not more than a recording has. */
const liner = ({ each, values }: Bounds) => {
  let left = values;
  return (text: string): Record<string, unknown> => {
    const size = sizeOfJson(text, each);
    if (size.depth > each.depth) throw new Error("a line goes too deep");
    if (size.text > each.text) throw new Error("a line has a text that is too long");
    if (size.values > each.values) throw new Error("a line has too much in it");
    left -= size.values;
    if (left < 0) throw new Error(`it has more than ${values} values in it`);
    return lineOf(text);
  };
};

const lineOf = (text: string): Record<string, unknown> => {
  const value: unknown = JSON.parse(text, text.includes("__proto__") ? harmless : undefined);
  if (!isObject(value)) throw new Error("a line is no object");
  return value;
};

/** Refuses a change that says of a part what none of its entries is. */
const checkChange = ([part, key, ...rest]: Change, shapes: PartShapes) => {
  const shape = Object.hasOwn(shapes, part) ? shapes[part] : undefined;
  if (!shape) throw new Error(`it has a part "${part}" that is not known here`);
  if (shape.key?.test(key) === false) throw new Error(`"${part}" has a key that is none`);
  if (rest.length > 0 && !shape.value.safeParse(rest[0]).success)
    throw new Error(`"${part}" has an entry that cannot be in it`);
};

/** What is read so far. */
const reader = (shapes: PartShapes) => {
  let head: RecordingHead | undefined;
  let graph: Graph | undefined;
  let ended = false;
  let changes = 0;
  const moments: RecordedMoment[] = [];
  const entries: Entry[] = [];

  const take = (line: Record<string, unknown>) => {
    if (ended) throw new Error("something follows its end");
    if (!head) {
      if (!isHead(line)) throw new Error("its head is not whole");
      const { format: _, version: __, ...rest } = line;
      head = rest as RecordingHead;
    } else if (!graph) graph = checkGraph(line.graph, "its graph");
    else if ("entry" in line) {
      if (!isEntry(line.entry, entries.at(-1)?.seq) || entries.length >= MOST.entries)
        throw new Error("an entry of its trace is none");
      entries.push(line.entry);
    } else if ("change" in line) {
      const { change } = line;
      const last = moments.at(-1);
      changes += 1;
      if (!last || entries.length > 0 || changes > MOST.changes || !Array.isArray(change))
        throw new Error("a change is out of its place");
      if (
        change.length < 2 ||
        change.length > 3 ||
        !isText(change[0], 100) ||
        !isText(change[1], 4_096)
      )
        throw new Error("a change is none");
      checkChange(change as Change, shapes);
      last.changes.push(change as Change);
    } else if ("moment" in line) {
      const last = moments.at(-1);
      if (
        !isMoment(line.moment, line.clock) ||
        entries.length > 0 ||
        moments.length >= MOST.moments
      )
        throw new Error("a moment is none");
      const made = { ...line, changes: [] } as unknown as RecordedMoment;
      if (last && made.moment.id <= last.moment.id) throw new Error("its moments are out of order");
      moments.push(made);
    } else if (line.end === true) ended = true;
    else throw new Error("it has a line that nobody writes");
  };
  return {
    take,
    done(): Recording {
      if (!head || !graph || !ended) throw new Error("its end is missing");
      if (head.moments !== moments.length || head.entries !== entries.length)
        throw new Error("it has not all that its head names");
      if (moments.length === 0) throw new Error("it has no moment");
      return { head, graph, moments, entries };
    },
  };
};

type ReadOptions = {
  bounds?: Bounds;
  /** What the entries of parts may be; those of the engines' own where nothing is said. */
  shapes?: PartShapes;
  signal?: AbortSignal | undefined;
};

/**
 * Reads a recording, all of it checked. `name` is what to call the file. Throws CannotStart, with one sentence, and an
 * AbortError where `signal` ends it.
 */
export const readRecording = async (
  file: string,
  name: string,
  { bounds = usualBounds, shapes = partShapes, signal }: ReadOptions = {},
): Promise<Recording> => {
  const made = liner(bounds);
  const read = reader(shapes);
  let lines = 0;
  try {
    for await (const text of linesOfSealed(file, name, bounds, signal)) {
      const line = made(text);
      lines += 1;
      if (lines === 1 && line.format !== FORMAT.format)
        throw unreadable(name, "is no recorded run");
      if (lines === 1 && line.version !== FORMAT.version)
        throw unreadable(
          name,
          `has version ${JSON.stringify(line.version)?.slice(0, 20)} of the format of recorded runs; this program reads ${FORMAT.version}`,
        );
      read.take(line);
    }
    return read.done();
  } catch (error) {
    if (signal?.aborted) throw error;
    if (error instanceof CannotStart && !error.message.startsWith("its graph")) throw error;
    const why = error instanceof SyntaxError ? "a line is not JSON" : (error as Error).message;
    throw unreadable(name, `is no recorded run that can be read: ${why.replace(/\.$/, "")}`);
  }
};
