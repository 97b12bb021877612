import { AwsError } from "../engine.ts";
import { uuid } from "../uuid.ts";
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
type Lane = { shardId: string; waiting: StreamRecord[]; batches: Batch[]; busy: boolean };
type Shard = { id: string; iterator?: string; position?: string; more: boolean; lanes: Lane[] };

/** A stream keeps its records for a day; what is older cannot be read again. */
const retention = 24 * 3600_000;
const longestPause = 60_000;

const laneOf = (text: string, lanes: number): number => {
  let hash = 0;
  for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0;
  return (hash >>> 0) % lanes;
};

const bornAt = (record: StreamRecord) => record.dynamodb.ApproximateCreationDateTime * 1000;
const codeOf = (error: unknown) => (error instanceof AwsError ? error.code : "");
const sequenceOf = (record: StreamRecord) => record.dynamodb.SequenceNumber;

/**
 * Reads a table's stream for a function, shard by shard and in order. A failed batch holds up what comes after it
 * (of the same partition key, where the shard is read in parallel) until it succeeds or is given up.
 */
export const streamPoller = (host: PollerHost & { functionArn: () => string }): Poller => {
  const { world, settings, caller, invoke, wake, pollDelay, functionArn } = host;
  const { clock } = world;
  const StreamArn = settings().EventSourceArn;
  const name = StreamArn.split("/")[1];
  const shards = new Map<string, Shard>();
  let partitionKey = "";
  let listening: (() => void) | undefined;
  let scheduled = false;
  let polling = false;
  let again = false;
  let closed = false;

  const call = (operation: string, input: object) =>
    world.call({ caller: caller(), service: "streams", operation, input });

  const describe = async () => {
    const { StreamDescription } = await call("DescribeStream", { StreamArn });
    const { KeySchema = [], Shards = [] } = StreamDescription;
    partitionKey =
      KeySchema.find(({ KeyType }: { KeyType: string }) => KeyType === "HASH")?.AttributeName ?? "";
    const first = shards.size === 0;
    for (const { ShardId } of Shards as { ShardId: string }[]) {
      if (shards.has(ShardId)) continue;
      const count = settings().ParallelizationFactor ?? 1;
      const lanes = Array.from(
        { length: count },
        (): Lane => ({ shardId: ShardId, waiting: [], batches: [], busy: false }),
      );
      const shard: Shard = { id: ShardId, more: true, lanes };
      // A shard that appears later is the child of one that was read: nothing of it may be skipped.
      await seek(shard, first ? (settings().StartingPosition ?? "LATEST") : "TRIM_HORIZON");
      shards.set(ShardId, shard);
    }
    closed = false;
  };

  const seek = async (shard: Shard, ShardIteratorType: string, SequenceNumber?: string) => {
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
    return seek(shard, "TRIM_HORIZON");
  };

  /** Behind the record that was read last, if the stream still knows it. */
  const seekPosition = async (shard: Shard, position: string) => {
    try {
      await seek(shard, "AFTER_SEQUENCE_NUMBER", position);
    } catch (error) {
      if (codeOf(error) !== "TrimmedDataAccessException") throw error;
      await seekOldest(shard);
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
          shardId: lane.shardId,
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
    const age = (record: StreamRecord) => clock.now() - bornAt(record);
    const oldest = limit > 0 ? limit : retention;
    const old = batch.records.filter((record) => age(record) > oldest);
    if (old.length === 0) return batch;
    if (limit > 0) await drop(lane, { ...batch, records: old }, "RecordAgeExceeded", "Unhandled");
    else world.note({ kind: "records-lost", source: StreamArn, count: old.length });
    const records = batch.records.filter((record) => age(record) <= oldest);
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

  const fill = (lane: Lane) => {
    if (lane.batches.length === 0 && lane.waiting.length > 0)
      lane.batches.push({ records: lane.waiting.splice(0, size()), attempts: 0 });
  };

  /** Works off a lane until it is empty. */
  const drain = async (lane: Lane): Promise<void> => {
    if (lane.busy) return;
    lane.busy = true;
    let failures = 0;
    const pause = () =>
      new Promise<void>((resolve) => {
        const ms = Math.min(1000 * 2 ** failures, longestPause);
        clock.after(ms, `lambda retry ${name}`, resolve);
      });
    for (fill(lane); listening && lane.batches.length > 0; fill(lane)) {
      const batch = await withoutOld(lane, lane.batches.shift() as Batch);
      if (!batch) continue;
      const { outcome, error } = await give(batch);
      if (!outcome) {
        world.note({ kind: "mapping-failed", source: StreamArn, message: String(error) });
        lane.batches.unshift(batch);
        await pause();
        failures += 1;
        continue;
      }
      const rest = remainderOf(batch, outcome);
      if (rest.length === 0) {
        failures = 0;
        continue;
      }
      const most = settings().MaximumRetryAttempts ?? -1;
      const [next] = rest as [Batch];
      if (most >= 0 && next.attempts > most) {
        await drop(lane, next, "RetryAttemptsExhausted", outcome.ok ? undefined : "Unhandled");
        failures = 0;
        continue;
      }
      lane.batches.unshift(...rest);
      await pause();
      failures += 1;
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
      const passes = filterOf(settings());
      for (const record of Records as StreamRecord[]) {
        shard.position = sequenceOf(record);
        if (!passes(record)) continue;
        const key = JSON.stringify(record.dynamodb.Keys[partitionKey] ?? record.dynamodb.Keys);
        shard.lanes[laneOf(key, shard.lanes.length)]?.waiting.push(record);
      }
      shard.more = Records.length === Limit;
      closed ||= !NextShardIterator;
    } catch (error) {
      const code = codeOf(error);
      if (code === "TrimmedDataAccessException") await seekOldest(shard);
      else if (code !== "ExpiredIteratorException") throw error;
      else if (shard.position) await seekPosition(shard, shard.position);
      else await seek(shard, "TRIM_HORIZON");
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
      if (closed) await describe();
      for (const shard of shards.values()) {
        shard.more = true;
        while (shard.more && !backlog(shard)) await read(shard);
        for (const lane of shard.lanes) start(lane);
      }
    } catch (error) {
      world.note({ kind: "mapping-failed", source: StreamArn, message: String(error) });
      clock.after(1000, `lambda poll ${name}`, poll);
    } finally {
      polling = false;
    }
    if (again || closed) poll();
  };

  let windows = new WeakSet<Lane>();
  const start = (lane: Lane) => {
    if (lane.busy || (lane.waiting.length === 0 && lane.batches.length === 0)) return;
    const { MaximumBatchingWindowInSeconds: window = 0 } = settings();
    if (window === 0 || lane.batches.length > 0 || lane.waiting.length >= size()) {
      void drain(lane);
    } else if (!windows.has(lane)) {
      windows.add(lane);
      clock.after(window * 1000, `lambda batch window ${name}`, () => {
        windows.delete(lane);
        return drain(lane);
      });
    }
  };

  const poll = () => {
    again = true;
    if (scheduled || polling || !listening) return;
    scheduled = true;
    clock.after(pollDelay * clock.random(), `lambda poll ${name}`, pollNow);
  };

  return {
    ready: describe,
    resume() {
      if (listening) return;
      listening = wake(poll);
      poll();
    },
    pause() {
      listening?.();
      listening = undefined;
      windows = new WeakSet();
    },
  };
};
