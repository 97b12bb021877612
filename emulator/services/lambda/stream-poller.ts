import { AwsError } from "../../kernel/engine.ts";
import { fnv1a } from "../../kernel/hash.ts";
import { newLife } from "../../kernel/life.ts";
import { uuid } from "../../kernel/uuid.ts";
import { sendToDestination } from "./destinations.ts";
import type { Outcome } from "./function.ts";
import { failuresIn, filterOf, type Poller } from "./mapping.ts";
import type { PollerHost } from "./queue-poller.ts";

type StreamRecord = {
  eventID: string;
  dynamodb: {
    ApproximateCreationDateTime: number;
    Keys: Record<string, unknown>;
    SequenceNumber: string;
  };
};
/** Records that are given to the function together, and how often that was tried. */
type Batch = { records: StreamRecord[]; attempts: number };

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
};

type Lane = {
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
type Shard = {
  id: string;
  iterator?: string;
  /** Where to read on if the iterator expires. */
  from: { at?: string; after?: string };
  more: boolean;
  lanes: Lane[];
};

/** A stream keeps its records for a day; what is older cannot be read again. */
const retention = 24 * 3600_000;
const longestPause = 60_000;

const laneOf = (text: string, lanes: number): number => fnv1a(text) % lanes;

const bornAt = (record: StreamRecord) => record.dynamodb.ApproximateCreationDateTime * 1000;
const codeOf = (error: unknown) => (error instanceof AwsError ? error.code : "");
const sequenceOf = (record: StreamRecord) => record.dynamodb.SequenceNumber;
/** Sequence numbers are numbers of 21 to 40 digits. */
const isAfter = (a: string, b: string) => (a.length === b.length ? a > b : a.length > b.length);

const laneFrom = (shard: Shard, { done, failing }: ShardPosition["lanes"][number] = {}): Lane => ({
  shard,
  waiting: [],
  batches: [],
  busy: false,
  ...(done && { done }),
  planned: [...(failing?.batches ?? [])],
  failures: failing?.failures ?? 0,
  dueAt: failing?.dueAt ?? 0,
});

const firstOf = ({ batches, waiting }: Lane) => batches[0]?.records[0] ?? waiting[0];

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

const positionOf = ({ lanes, from }: Shard): ShardPosition => {
  const [first, ...others] = lanes.flatMap((lane) => firstOf(lane) ?? []).map(sequenceOf);
  const place = first
    ? { at: others.reduce((least, other) => (isAfter(least, other) ? other : least), first) }
    : from;
  const states = lanes.map((lane) => laneState(lane, place.at ?? from.after ?? ""));
  const even = states.every((state) => Object.keys(state).length === 0);
  return { ...place, lanes: even ? [] : states };
};

/**
 * Reads a table's stream for a function, shard by shard and in order. A failed batch holds up what comes after it
 * (of the same partition key, where the shard is read in parallel) until it succeeds or is given up.
 */
export const streamPoller = (
  host: PollerHost & { functionArn: () => string; positions: Positions },
): Poller => {
  const { world, settings, caller, invoke, wake, pollDelay, functionArn, positions } = host;
  const { clock } = world;
  const life = newLife(clock);
  const StreamArn = settings().EventSourceArn;
  const name = StreamArn.split("/")[1];
  const shards = new Map<string, Shard>();
  let partitionKey = "";
  let listening: (() => void) | undefined;
  let scheduled = false;
  let polling = false;
  let again = false;
  /** Whether there may be shards that we do not know. */
  let outdated = true;

  const call = (operation: string, input: object) =>
    world.call({ caller: caller(), service: "streams", operation, input });

  const save = (shard: Shard) => {
    if (!life.over()) positions.set(shard.id, positionOf(shard));
  };

  const describe = async () => {
    const { StreamDescription } = await call("DescribeStream", { StreamArn });
    const { KeySchema = [], Shards = [] } = StreamDescription;
    partitionKey =
      KeySchema.find(({ KeyType }: { KeyType: string }) => KeyType === "HASH")?.AttributeName ?? "";
    for (const { ShardId } of Shards as { ShardId: string }[]) {
      if (shards.has(ShardId)) continue;
      // A shard that appears later is the child of one that was read: nothing of it may be skipped.
      const { lanes = [], ...from } = positions.get(ShardId) ?? {};
      const shard: Shard = { id: ShardId, from, more: true, lanes: [] };
      const count = settings().ParallelizationFactor ?? 1;
      // Where records are divided in another way than before, what a lane had done says nothing.
      const kept = lanes.length === count ? lanes : [];
      shard.lanes = Array.from({ length: count }, (_, i) => laneFrom(shard, kept[i]));
      await seek(shard);
      shards.set(ShardId, shard);
    }
    outdated = false;
  };

  const iterate = async (shard: Shard, ShardIteratorType: string, SequenceNumber?: string) => {
    const { ShardIterator } = await call("GetShardIterator", {
      StreamArn,
      ShardId: shard.id,
      ShardIteratorType,
      ...(SequenceNumber && { SequenceNumber }),
    });
    shard.iterator = ShardIterator;
  };

  /** At the oldest record that is left: what came before it is lost. */
  const seekOldest = (shard: Shard) => {
    world.note({ kind: "records-lost", source: StreamArn });
    return iterate(shard, "TRIM_HORIZON");
  };

  /** Where reading goes on, if the stream still knows that place. */
  const seek = async (shard: Shard) => {
    const { at, after } = shard.from;
    try {
      if (at) await iterate(shard, "AT_SEQUENCE_NUMBER", at);
      else if (after) await iterate(shard, "AFTER_SEQUENCE_NUMBER", after);
      else await iterate(shard, "TRIM_HORIZON");
    } catch (error) {
      if (codeOf(error) !== "TrimmedDataAccessException") throw error;
      await seekOldest(shard);
    }
  };

  /** Behind all that a shard has now. No iterator would do: it is good for a quarter of an hour. */
  const skip = async (shard: Shard) => {
    for (let ShardIterator = shard.iterator; ShardIterator; ) {
      const { Records, NextShardIterator } = await call("GetRecords", {
        ShardIterator,
        Limit: 1000,
      });
      if (Records.length === 0) break;
      shard.from = { after: sequenceOf(Records.at(-1)) };
      shard.iterator = NextShardIterator;
      ShardIterator = NextShardIterator;
    }
  };

  const size = () => settings().BatchSize ?? 100;

  const give = async (batch: Batch): Promise<{ outcome?: Outcome; error?: unknown }> => {
    try {
      const Records = batch.records.map((record) => ({ ...record, eventSourceARN: StreamArn }));
      return { outcome: await invoke({ Records }) };
    } catch (error) {
      return { error };
    }
  };

  const drop = async (lane: Lane, batch: Batch, condition: string, functionError?: string) => {
    const { records, attempts } = batch;
    const [first, last] = [records[0], records.at(-1)];
    world.note({ kind: "records-dropped", source: StreamArn, condition, count: records.length });
    const arn = settings().DestinationConfig?.OnFailure?.Destination;
    if (!arn || !first || !last) return;
    const time = (ms: number) => new Date(ms).toISOString();
    await sendToDestination(world, {
      arn,
      caller: caller(),
      body: JSON.stringify({
        requestContext: {
          requestId: uuid(clock.random),
          functionArn: functionArn(),
          condition,
          approximateInvokeCount: attempts,
        },
        responseContext: {
          statusCode: 200,
          executedVersion: "$LATEST",
          functionError: functionError ?? null,
        },
        version: "1.0",
        timestamp: time(clock.now()),
        DDBStreamBatchInfo: {
          shardId: lane.shard.id,
          startSequenceNumber: sequenceOf(first),
          endSequenceNumber: sequenceOf(last),
          approximateArrivalOfFirstRecord: time(bornAt(first)),
          approximateArrivalOfLastRecord: time(bornAt(last)),
          batchSize: records.length,
          streamArn: StreamArn,
        },
      }),
    });
  };

  /** Takes what is too old out of a batch: by the mapping's limit it is dropped with a word, by the stream's silently. */
  const withoutOld = async (lane: Lane, batch: Batch): Promise<Batch | undefined> => {
    const limit = (settings().MaximumRecordAgeInSeconds ?? -1) * 1000;
    const oldest = limit > 0 ? limit : retention;
    const now = clock.now();
    const old = batch.records.filter((record) => now - bornAt(record) > oldest);
    if (old.length === 0) return batch;
    if (limit > 0) await drop(lane, { ...batch, records: old }, "RecordAgeExceeded", "Unhandled");
    else world.note({ kind: "records-lost", source: StreamArn, count: old.length });
    const records = batch.records.filter((record) => now - bornAt(record) <= oldest);
    return records.length > 0 ? { ...batch, records } : undefined;
  };

  /** What of a batch remains to be done after a try; undefined when it is done. */
  const remainderOf = (batch: Batch, outcome: Outcome): Batch[] => {
    const { records } = batch;
    const bisect = settings().BisectBatchOnFunctionError ?? false;
    let from = 0;
    if (outcome.ok) {
      const ids = records.map(sequenceOf);
      const failed = failuresIn(settings(), ids, outcome.result);
      if (failed !== "all") {
        if (failed.size === 0) return [];
        // The checkpoint is the lowest number that failed: what comes after it is given again, too.
        from = ids.findIndex((id) => failed.has(id));
      }
    }
    const left = records.slice(from);
    const attempts = batch.attempts + 1;
    if (!bisect || left.length === 1) return [{ records: left, attempts }];
    // Splitting a batch does not count as a retry.
    if (from > 0) return [{ records: left, attempts: batch.attempts }];
    const middle = Math.ceil(left.length / 2);
    return [left.slice(0, middle), left.slice(middle)].map((half) => ({
      records: half,
      attempts: batch.attempts,
    }));
  };

  const fill = ({ waiting, batches, planned }: Lane) => {
    while (batches.length === 0 && waiting.length > 0) {
      const next = planned.shift();
      const end = next && waiting.findIndex((record) => isAfter(sequenceOf(record), next.to));
      const records = waiting.splice(0, end === undefined ? size() : end < 0 ? Infinity : end);
      if (records.length > 0) batches.push({ records, attempts: next?.attempts ?? 0 });
    }
  };

  /** The first batch of a lane is done with, or what is left of it is in its place. */
  const settle = (lane: Lane, batch: Batch, rest: Batch[] = []) => {
    const [left] = rest;
    const handled = left
      ? batch.records[batch.records.indexOf(left.records[0] as StreamRecord) - 1]
      : batch.records.at(-1);
    if (handled) lane.done = sequenceOf(handled);
    lane.batches.splice(0, 1, ...rest);
    if (!left) [lane.failures, lane.dueAt] = [0, 0];
  };

  /** The first batch of a lane is tried again, later each time. */
  const putOff = (lane: Lane) => {
    lane.dueAt = clock.now() + Math.min(1000 * 2 ** lane.failures, longestPause);
    lane.failures += 1;
  };

  /** Handles the first batch of a lane, or fails to. */
  const handleFirst = async (lane: Lane) => {
    const given = lane.batches[0] as Batch;
    const batch = await withoutOld(lane, given);
    if (life.over()) return;
    if (!batch) return settle(lane, given);
    lane.batches[0] = batch;
    const { outcome, error } = await give(batch);
    if (life.over()) return;
    if (!outcome) {
      world.note({ kind: "mapping-failed", source: StreamArn, message: String(error) });
      return putOff(lane);
    }
    const rest = remainderOf(batch, outcome);
    const most = settings().MaximumRetryAttempts ?? -1;
    const [next] = rest;
    if (!next) return settle(lane, batch);
    if (most < 0 || next.attempts <= most) {
      settle(lane, batch, rest);
      return putOff(lane);
    }
    await drop(lane, next, "RetryAttemptsExhausted", outcome.ok ? undefined : "Unhandled");
    if (!life.over()) settle(lane, batch);
  };

  /** Works off a lane until it is empty. */
  const drain = async (lane: Lane): Promise<void> => {
    if (lane.busy) return;
    lane.busy = true;
    for (fill(lane); listening && lane.batches.length > 0; fill(lane)) {
      const wait = lane.dueAt - clock.now();
      if (wait > 0)
        await new Promise<void>((resolve) => life.after(wait, `lambda retry ${name}`, resolve));
      else {
        await handleFirst(lane);
        save(lane.shard);
      }
    }
    lane.busy = false;
    if ([...shards.values()].some(({ more }) => more)) poll();
  };

  const read = async (shard: Shard): Promise<void> => {
    shard.more = false;
    if (!shard.iterator) return;
    const Limit = Math.min(1000, size() * shard.lanes.length);
    try {
      const { Records = [], NextShardIterator } = await call("GetRecords", {
        ShardIterator: shard.iterator,
        Limit,
      });
      shard.iterator = NextShardIterator;
      if (life.over()) return;
      const passes = filterOf(settings());
      for (const record of Records as StreamRecord[]) {
        const sequence = sequenceOf(record);
        shard.from = { after: sequence };
        if (!passes(() => record)) continue;
        const key = JSON.stringify(record.dynamodb.Keys[partitionKey] ?? record.dynamodb.Keys);
        const lane = shard.lanes[laneOf(key, shard.lanes.length)] as Lane;
        if (!lane.done || isAfter(sequence, lane.done)) lane.waiting.push(record);
      }
      // While something waits, the place of the first of it is kept already, or one before.
      if (Records.length > 0 && !shard.lanes.some(firstOf)) save(shard);
      shard.more = Records.length === Limit;
      outdated ||= !NextShardIterator;
    } catch (error) {
      const code = codeOf(error);
      if (code === "TrimmedDataAccessException") await seekOldest(shard);
      else if (code === "ExpiredIteratorException") await seek(shard);
      else throw error;
      // What woke us is still to be read: no second record may come for hours.
      shard.more = true;
    }
  };

  const backlog = (shard: Shard) =>
    shard.lanes.reduce((sum, lane) => sum + lane.waiting.length, 0) >= size() * shard.lanes.length;

  const pollNow = async () => {
    scheduled = false;
    if (!listening || polling) return;
    polling = true;
    again = false;
    try {
      if (outdated) await describe();
      for (const shard of shards.values()) {
        shard.more = true;
        while (shard.more && !backlog(shard)) await read(shard);
        for (const lane of shard.lanes) start(lane);
      }
      again ||= outdated;
    } catch (error) {
      world.note({ kind: "mapping-failed", source: StreamArn, message: String(error) });
      life.after(1000, `lambda poll ${name}`, poll);
      again = false;
    } finally {
      polling = false;
    }
    if (again) poll();
  };

  let windows = new WeakSet<Lane>();
  const start = (lane: Lane) => {
    if (lane.busy || (lane.waiting.length === 0 && lane.batches.length === 0)) return;
    const { MaximumBatchingWindowInSeconds: window = 0 } = settings();
    if (window === 0 || lane.batches.length > 0 || lane.waiting.length >= size()) {
      void drain(lane);
    } else if (!windows.has(lane)) {
      windows.add(lane);
      life.after(window * 1000, `lambda batch window ${name}`, () => {
        windows.delete(lane);
        return drain(lane);
      });
    }
  };

  const poll = () => {
    again = true;
    if (scheduled || polling || !listening) return;
    scheduled = true;
    life.after(pollDelay * clock.random(), `lambda poll ${name}`, pollNow);
  };

  const pause = () => {
    listening?.();
    listening = undefined;
    windows = new WeakSet();
  };

  return {
    async ready() {
      await describe();
      for (const shard of shards.values()) {
        if (settings().StartingPosition !== "TRIM_HORIZON") await skip(shard);
        save(shard);
      }
    },
    recover: () => {},
    resume() {
      if (listening) return;
      listening = wake(poll);
      poll();
    },
    pause,
    stop() {
      pause();
      life.end();
    },
  };
};
