import { AwsError } from "../../kernel/engine.ts";
import { invalid, notFound } from "./errors.ts";
import type { Store, Stream, StreamEntry, StreamRecord } from "./store.ts";
import { forgetClosed, horizonOf } from "./stream-log.ts";
import { recordOf, sequenceNumberOf } from "./stream-records.ts";

/**
 * One shard a stream. AWS promises order per item, and opens new shards as it likes (about every four hours,
 * and one per partition of the table); one shard that never closes keeps that promise, and consumers that
 * work with it must not rely on more.
 */
const shardId = "shardId-00000000000000000000-00000001";

const iteratorLife = 15 * 60_000;

type Iterator = { arn: string; position: number; at: number };

// Opaque to callers, as AWS's are.
const encode = ({ arn, position, at }: Iterator) =>
  `${arn}|1|${Buffer.from(`${position}|${at}`).toString("base64url")}`;

const decode = (text: string): Iterator => {
  const [arn, , rest] = text.split("|");
  const [position, at] = Buffer.from(rest ?? "", "base64url")
    .toString()
    .split("|")
    .map(Number);
  if (!arn || !Number.isInteger(position) || !Number.isFinite(at))
    throw invalid("Invalid ShardIterator");
  return { arn, position: position as number, at: at as number };
};

const streamOf = (store: Store, arn: string): Stream => {
  forgetClosed(store);
  const stream = store.streams.get(arn);
  if (!stream) throw notFound(`Requested resource not found: Stream: ${arn} not found`);
  return stream;
};

const endOf = ({ first, records }: Stream) => first + records.length;

const positionOf = (sequenceNumber: string | undefined): number => {
  if (!sequenceNumber || !/^\d{21,40}$/.test(sequenceNumber))
    throw invalid(
      `1 validation error detected: Value '${sequenceNumber}' at 'sequenceNumber' failed to satisfy constraint: Member must have length greater than or equal to 21`,
    );
  return Number(sequenceNumber.slice(1)) - 1;
};

/** Streams by their ARNs, of one table or of all. */
export const listStreams = (
  store: Store,
  input: { TableName?: string; ExclusiveStartStreamArn?: string; Limit?: number },
) => {
  forgetClosed(store);
  const { TableName, ExclusiveStartStreamArn: after, Limit = 100 } = input;
  const all = [...store.streams.values()]
    .filter((stream) => TableName === undefined || stream.table === TableName)
    .sort((a, b) => (a.arn < b.arn ? -1 : 1))
    .filter(({ arn }) => after === undefined || arn > after);
  const some = all.slice(0, Limit);
  return {
    Streams: some.map(({ arn, label, table }) => ({
      StreamArn: arn,
      TableName: table,
      StreamLabel: label,
    })),
    ...(all.length > Limit && { LastEvaluatedStreamArn: some.at(-1)?.arn }),
  };
};

/** A stream with its shard. */
export const describeStream = (
  store: Store,
  input: { StreamArn: string; ExclusiveStartShardId?: string; Limit?: number },
) => {
  const stream = streamOf(store, input.StreamArn);
  const shard = {
    ShardId: shardId,
    SequenceNumberRange: {
      StartingSequenceNumber: sequenceNumberOf(0),
      // A shard that gets no more records is closed: readers are done when they reach its end.
      ...(stream.closedAt !== undefined && {
        EndingSequenceNumber: sequenceNumberOf(endOf(stream)),
      }),
    },
  };
  return {
    StreamDescription: {
      StreamArn: stream.arn,
      StreamLabel: stream.label,
      StreamStatus: stream.closedAt === undefined ? "ENABLED" : "DISABLED",
      StreamViewType: stream.view,
      CreationRequestDateTime: stream.createdAt,
      TableName: stream.table,
      KeySchema: stream.keys.map(({ name }, i) => ({
        AttributeName: name,
        KeyType: i === 0 ? "HASH" : "RANGE",
      })),
      Shards: input.ExclusiveStartShardId === shardId ? [] : [shard],
    },
  };
};

const trimmed = () =>
  new AwsError(
    "TrimmedDataAccessException",
    "The operation attempted to read past the oldest stream record in a shard. Attempted to read a stream record that is no longer available.",
  );

/** A place in the shard to read from. Throws TrimmedDataAccessException for what is forgotten. */
export const getShardIterator = (
  store: Store,
  input: {
    StreamArn: string;
    ShardId: string;
    ShardIteratorType: string;
    SequenceNumber?: string;
  },
) => {
  const stream = streamOf(store, input.StreamArn);
  if (input.ShardId !== shardId)
    throw notFound(
      `Requested resource not found: Shard does not exist: ${input.ShardId} of ${input.StreamArn}`,
    );
  const now = store.world.clock.now();
  const horizon = horizonOf(stream, now);
  const at = (offset: number) => {
    const position = positionOf(input.SequenceNumber);
    // Behind the last record that was forgotten there is nothing lost: readers that slept may go on.
    if (position + offset < horizon) throw trimmed();
    if (position >= endOf(stream))
      throw invalid("Invalid SequenceNumber: it is not one of this shard's records");
    return position + offset;
  };
  const position = ((): number => {
    switch (input.ShardIteratorType) {
      case "TRIM_HORIZON":
        return horizon;
      case "LATEST":
        return endOf(stream);
      case "AT_SEQUENCE_NUMBER":
        return at(0);
      default: // AFTER_SEQUENCE_NUMBER
        return at(1);
    }
  })();
  return { ShardIterator: encode({ arn: stream.arn, position, at: now }) };
};

const largestAnswer = 1024 * 1024;

/** Up to 1,000 records or 1 MB, oldest first. A closed shard that has been read has no next iterator. */
export const getRecords = (store: Store, input: { ShardIterator: string; Limit?: number }) => {
  const { arn, position, at } = decode(input.ShardIterator);
  const stream = streamOf(store, arn);
  const now = store.world.clock.now();
  if (now - at > iteratorLife)
    throw new AwsError(
      "ExpiredIteratorException",
      `Iterator expired. The iterator was created at time ${new Date(at).toISOString()} while right now it is ${new Date(now).toISOString()} which is further in the future than the tolerated delay of 900000 milliseconds.`,
    );
  if (position < horizonOf(stream, now)) throw trimmed();
  const Records: StreamRecord[] = [];
  let size = 0;
  let next = position;
  while (next < endOf(stream) && Records.length < (input.Limit ?? 1000)) {
    const entry = stream.records[next - stream.first] as StreamEntry;
    size += entry.size;
    if (size > largestAnswer && Records.length > 0) break;
    Records.push(recordOf(stream, next, store.world.region, entry));
    next += 1;
  }
  store.read.set(arn, Math.max(next, store.read.get(arn) ?? 0));
  const closed = stream.closedAt !== undefined && next === endOf(stream);
  return {
    Records,
    ...(!closed && { NextShardIterator: encode({ arn, position: next, at: now }) }),
  };
};
