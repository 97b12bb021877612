import { AwsError } from "../../kernel/engine.ts";
import { newLife } from "../../kernel/life.ts";
import { describeThrown, type Outcome } from "./function.ts";
import {
  type Batch,
  fill,
  firstOf,
  isAfter,
  type Lane,
  laneFrom,
  laneOf,
  type Positions,
  positionOf,
  putOff,
  type Shard,
  type StreamRecord,
  sequenceOf,
  settle,
} from "./lanes.ts";
import { filterOf } from "./mapping.ts";
import { handleFound, type Poller, type PollerHost, tellFailure } from "./poller.ts";
import { streamBatches } from "./stream-batches.ts";

const codeOf = (error: unknown) => (error instanceof AwsError ? error.code : "");

/**
 * Reads a table's stream for a function, shard by shard and in order. A failed batch holds up what comes after it
 * (of the same partition key, where the shard is read in parallel) until it succeeds or is given up.
 */
export const streamPoller = (
  host: PollerHost & { functionArn: () => string; positions: Positions },
): Poller => {
  const { world, settings, caller, invoke, wake, pollDelay, positions } = host;
  const { clock } = world;
  const { drop, withoutOld, remainderOf } = streamBatches(host);
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
    world.call({ caller: caller(), service: "streams", operation, input, poll: true });

  const save = (shard: Shard) => {
    if (!life.over()) positions.set(shard.id, positionOf(shard));
  };

  const describe = async () => {
    const { StreamDescription } = await call("DescribeStream", { StreamArn });
    const { KeySchema = [], Shards = [] } = StreamDescription;
    partitionKey =
      KeySchema.find(({ KeyType }: { KeyType: string }) => KeyType === "HASH")?.AttributeName ?? "";
    const listed = (Shards as { ShardId: string }[]).map(({ ShardId }) => ShardId);
    for (const { id, iterator, lanes } of shards.values())
      if (!iterator && !listed.includes(id) && !lanes.some(firstOf)) {
        shards.delete(id);
        positions.delete(id);
      }
    for (const ShardId of listed) {
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
    world.note({ kind: "records-lost", source: StreamArn, function: caller().name });
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

  /** Gives a batch to the function. Nothing comes of a try in which the function was not invoked: it does not count. */
  const give = async (batch: Batch): Promise<Outcome | undefined> => {
    try {
      const Records = batch.records.map((record) => ({ ...record, eventSourceARN: StreamArn }));
      return await invoke({ Records });
    } catch (error) {
      if (life.over()) return undefined;
      tellFailure(world, StreamArn, error);
      return error instanceof AwsError ? undefined : { ok: false, error: describeThrown(error) };
    }
  };

  /** Handles the first batch of a lane, or fails to. */
  const handleFirst = async (lane: Lane) => {
    const given = lane.batches[0] as Batch;
    const batch = await withoutOld(lane, given);
    if (life.over()) return;
    if (!batch) return settle(lane, given);
    lane.batches[0] = batch;
    const outcome = await give(batch);
    if (life.over()) return;
    if (!outcome) return putOff(lane, clock.now());
    const rest = remainderOf(batch, outcome);
    const most = settings().MaximumRetryAttempts ?? -1;
    const [next] = rest;
    if (!next) return settle(lane, batch);
    if (most < 0 || next.attempts <= most) {
      settle(lane, batch, rest);
      return putOff(lane, clock.now());
    }
    await drop(lane, next, "RetryAttemptsExhausted", outcome.ok ? undefined : "Unhandled");
    if (!life.over()) settle(lane, batch);
  };

  /** Works off a lane until it is empty. */
  const drain = async (lane: Lane): Promise<void> => {
    if (lane.busy) return;
    lane.busy = true;
    for (fill(lane, size()); listening && lane.batches.length > 0; fill(lane, size())) {
      const wait = lane.dueAt - clock.now();
      if (wait > 0)
        await new Promise<void>((resolve) => life.after(wait, `lambda retry ${name}`, resolve));
      else {
        const things = lane.batches[0]?.records.map((one) => `${StreamArn} ${sequenceOf(one)}`);
        await handleFound(host, things ?? [], () => handleFirst(lane));
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
      tellFailure(world, StreamArn, error);
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
    life.after(
      pollDelay * clock.random(`lambda poll delay ${name}`),
      `lambda poll ${name}`,
      pollNow,
    );
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
