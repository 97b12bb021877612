import { fnv1a } from "../../kernel/hash.ts";

/** A record of a stream, as far as a poller looks into it. */
export type StreamRecord = {
  eventID: string;
  dynamodb: {
    ApproximateCreationDateTime: number;
    Keys: Record<string, unknown>;
    SequenceNumber: string;
  };
};
/** Records that are given to the function together, and how often that was tried. */
export type Batch = { records: StreamRecord[]; attempts: number };

/** A batch as the state has it: up to that sequence number. */
type Planned = { to: string; attempts: number };

/** A batch that failed, and what was split from it: when it is tried again, and how often that was put off. */
type Failing = { batches: Planned[]; failures: number; dueAt: number };

/**
 * How far a shard is handled: reading goes on at the first record that is not, or after the last one where all are;
 * without either at its beginning. A lane that is further than that says so.
 */
export type ShardPosition = {
  at?: string;
  after?: string;
  lanes: { done?: string; failing?: Failing }[];
};

/** Where a stream's poller keeps how far it is, by shard. */
export type Positions = {
  get: (shardId: string) => ShardPosition | undefined;
  set: (shardId: string, position: ShardPosition) => void;
  delete: (shardId: string) => void;
};

/** One order in which records are handled: a shard has one, or as many as it is read in parallel. */
export type Lane = {
  shard: Shard;
  waiting: StreamRecord[];
  batches: Batch[];
  busy: boolean;
  /** The last record that was handled. */
  done?: string;
  /** How the next records are to be put into batches, since an earlier life did so. */
  planned: Planned[];
  failures: number;
  dueAt: number;
};
/** A shard that is read. */
export type Shard = {
  id: string;
  iterator?: string;
  /** Where to read on if the iterator expires. */
  from: { at?: string; after?: string };
  more: boolean;
  lanes: Lane[];
};

const longestPause = 60_000;

/** The number of the lane that the records of a partition key go to. */
export const laneOf = (text: string, lanes: number): number => fnv1a(text) % lanes;

/** When a record was written, in milliseconds since 1970. */
export const bornAt = (record: StreamRecord) => record.dynamodb.ApproximateCreationDateTime * 1000;
/** A record's sequence number. */
export const sequenceOf = (record: StreamRecord) => record.dynamodb.SequenceNumber;
/** Whether a sequence number comes after another: they are numbers of 21 to 40 digits. */
export const isAfter = (a: string, b: string) =>
  a.length === b.length ? a > b : a.length > b.length;

/** A lane that goes on where an earlier life had it. */
export const laneFrom = (
  shard: Shard,
  { done, failing }: ShardPosition["lanes"][number] = {},
): Lane => ({
  shard,
  waiting: [],
  batches: [],
  busy: false,
  ...(done && { done }),
  planned: [...(failing?.batches ?? [])],
  failures: failing?.failures ?? 0,
  dueAt: failing?.dueAt ?? 0,
});

/** The oldest record of a lane that is not handled yet. */
export const firstOf = ({ batches, waiting }: Lane) => batches[0]?.records[0] ?? waiting[0];

const plannedOf = ({ batches, planned }: Lane): Planned[] => [
  ...batches.map(({ records, attempts }) => ({
    to: sequenceOf(records.at(-1) as StreamRecord),
    attempts,
  })),
  ...planned,
];

const laneState = (lane: Lane, place: string) => {
  const { done, failures, dueAt } = lane;
  const batches = plannedOf(lane);
  const failing = dueAt > 0 || batches.length > 1 || (batches[0]?.attempts ?? 0) > 0;
  return {
    ...(done && isAfter(done, place) && { done }),
    ...(failing && { failing: { batches, failures, dueAt } }),
  };
};

/** How far a shard is handled. */
export const positionOf = ({ lanes, from }: Shard): ShardPosition => {
  const [first, ...others] = lanes.flatMap((lane) => firstOf(lane) ?? []).map(sequenceOf);
  const place = first
    ? { at: others.reduce((least, other) => (isAfter(least, other) ? other : least), first) }
    : from;
  const states = lanes.map((lane) => laneState(lane, place.at ?? from.after ?? ""));
  const even = states.every((state) => Object.keys(state).length === 0);
  return { ...place, lanes: even ? [] : states };
};

/** Puts what waits in a lane into a batch of at most `size` records, or as an earlier life had put it. */
export const fill = ({ waiting, batches, planned }: Lane, size: number) => {
  while (batches.length === 0 && waiting.length > 0) {
    const next = planned.shift();
    const end = next && waiting.findIndex((record) => isAfter(sequenceOf(record), next.to));
    const records = waiting.splice(0, end === undefined ? size : end < 0 ? Infinity : end);
    if (records.length > 0) batches.push({ records, attempts: next?.attempts ?? 0 });
  }
};

/** The first batch of a lane is done with, or what is left of it is in its place. */
export const settle = (lane: Lane, batch: Batch, rest: Batch[] = []) => {
  const [left] = rest;
  const handled = left
    ? batch.records[batch.records.indexOf(left.records[0] as StreamRecord) - 1]
    : batch.records.at(-1);
  if (handled) lane.done = sequenceOf(handled);
  lane.batches.splice(0, 1, ...rest);
  if (!left) [lane.failures, lane.dueAt] = [0, 0];
};

/** The first batch of a lane is tried again, later each time. */
export const putOff = (lane: Lane, now: number) => {
  lane.dueAt = now + Math.min(1000 * 2 ** lane.failures, longestPause);
  lane.failures += 1;
};
