import type { Engine } from "../../engine.ts";

/** A stream of one shard, as much as a mapping reads of it: no engine's behaviour is tested on it. */
export const tinyStream = () => {
  const arn = "arn:aws:dynamodb:us-east-1:123456789012:table/Outbox/stream/2026-01-01T00:00:00.000";
  const records: object[] = [];
  const listeners = new Set<() => void>();
  const number = (index: number) => String(100 + index).padStart(21, "0");
  const engine = (): Engine => ({
    service: "streams",
    operations: {
      DescribeStream: () => ({
        StreamDescription: {
          StreamArn: arn,
          KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }],
          Shards: [{ ShardId: "shardId-1" }],
        },
      }),
      GetShardIterator: ({ ShardIteratorType }: { ShardIteratorType: string }) => ({
        ShardIterator: ShardIteratorType === "LATEST" ? String(records.length) : "0",
      }),
      GetRecords({ ShardIterator, Limit }: { ShardIterator: string; Limit: number }) {
        const from = Number(ShardIterator);
        const Records = records.slice(from, from + Limit);
        return { Records, NextShardIterator: String(from + Records.length) };
      },
    },
  });
  return {
    arn,
    engine,
    wake: (_: string, listener: () => void) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    /** Adds a record: its key, and in `fail` what the handler does with it. */
    put(now: number, pk: string, fail = "no", eventName = "INSERT") {
      records.push({
        eventID: `event-${records.length}`,
        eventName,
        eventVersion: "1.1",
        eventSource: "aws:dynamodb",
        awsRegion: "us-east-1",
        dynamodb: {
          ApproximateCreationDateTime: now / 1000,
          Keys: { pk: { S: pk } },
          NewImage: { pk: { S: pk }, fail: { S: fail } },
          SequenceNumber: number(records.length),
          SizeBytes: 10,
          StreamViewType: "NEW_IMAGE",
        },
      });
      for (const listener of listeners) listener();
    },
  };
};
