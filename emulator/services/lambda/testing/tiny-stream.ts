import { AwsError, type Engine, type World } from "../../../kernel/engine.ts";

/** A stream of one shard at a time, as much as a mapping reads of it: no engine's behaviour is tested on it. */
export const tinyStream = () => {
  const arn = "arn:aws:dynamodb:us-east-1:123456789012:table/Outbox/stream/2026-01-01T00:00:00.000";
  const listeners = new Set<() => void>();
  let shards: Map<string, object[]>;
  let counts: Map<string, number>;
  let era = 0;
  const newest = () => Math.max(...[...shards.keys()].map(Number));
  const iterator = (shard: string, from: number) => `${shard}:${from}:${era}`;
  const engine = ({ keep }: World): Engine => {
    shards = keep.map("tiny.shards");
    counts = keep.map("tiny.counts");
    shards.set("0", []);
    return { service: "streams", operations };
  };
  const operations: Engine["operations"] = {
    DescribeStream: () => ({
      StreamDescription: {
        StreamArn: arn,
        KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }],
        Shards: [...shards.keys()].map((index) => ({ ShardId: `shardId-${index}` })),
      },
    }),
    GetShardIterator({ ShardId, ShardIteratorType, SequenceNumber }) {
      const shard = ShardId.split("-")[1] as string;
      const records = shards.get(shard) as { dynamodb: { SequenceNumber: string } }[];
      const at = records.findIndex(({ dynamodb }) => dynamodb.SequenceNumber === SequenceNumber);
      if (ShardIteratorType.endsWith("SEQUENCE_NUMBER") && at < 0)
        throw new AwsError("TrimmedDataAccessException", "No longer available.");
      const from = {
        LATEST: records.length,
        AT_SEQUENCE_NUMBER: at,
        AFTER_SEQUENCE_NUMBER: at + 1,
      }[ShardIteratorType as string];
      return { ShardIterator: iterator(shard, from ?? 0) };
    },
    GetRecords({ ShardIterator, Limit }: { ShardIterator: string; Limit: number }) {
      const [shard = "", ...numbers] = ShardIterator.split(":");
      const [from = 0, of] = numbers.map(Number);
      if (of !== era) throw new AwsError("ExpiredIteratorException", "Iterator expired.");
      const records = shards.get(shard) ?? [];
      const Records = records.slice(from, from + Limit);
      const to = from + Records.length;
      const open = Number(shard) === newest() || to < records.length;
      return { Records, ...(open && { NextShardIterator: iterator(shard, to) }) };
    },
  };
  return {
    arn,
    engine,
    wake: (_: string, listener: () => void) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    /** Makes all iterators that were given out useless. */
    expire() {
      era += 1;
    },
    /** Forgets all records, as a stream does with those of yesterday. */
    trim() {
      for (const shard of shards.keys()) shards.set(shard, []);
    },
    /** Closes the shard; what is written from now on goes to its child. */
    roll() {
      shards.set(String(newest() + 1), []);
    },
    /** Lists a closed shard no longer, as a stream does a day later. */
    forget: (shard: string) => void shards.delete(shard),
    /** Adds a record: its key, and in `fail` what the handler does with it. */
    put(now: number, pk: string, fail = "no", eventName = "INSERT") {
      const count = counts.get("records") ?? 0;
      const last = String(newest());
      const record = {
        eventID: `event-${count}`,
        eventName,
        eventVersion: "1.1",
        eventSource: "aws:dynamodb",
        awsRegion: "us-east-1",
        dynamodb: {
          ApproximateCreationDateTime: now / 1000,
          Keys: { pk: { S: pk } },
          NewImage: { pk: { S: pk }, fail: { S: fail } },
          SequenceNumber: String(100 + count).padStart(21, "0"),
          SizeBytes: 10,
          StreamViewType: "NEW_IMAGE",
        },
      };
      shards.set(last, [...(shards.get(last) ?? []), record]);
      counts.set("records", count + 1);
      for (const listener of listeners) listener();
    },
  };
};
