import { type Limits, type Members, text, whole } from "./members.ts";

const arn = (limits: Limits = {}) => text({ ...limits, shortest: 37, longest: 1024 });
const shard = (limits: Limits = {}) => text({ ...limits, shortest: 28, longest: 65 });

/** The requests about streams. Members in the order of AWS's messages. */
export const streamRequests: Record<string, Members> = {
  ListStreams: {
    TableName: text({ pattern: "[a-zA-Z0-9_.-]+", shortest: 3, longest: 255 }),
    Limit: whole({ least: 1, most: 100 }),
    ExclusiveStartStreamArn: arn(),
  },
  DescribeStream: {
    StreamArn: arn({ notNull: true }),
    Limit: whole({ least: 1, most: 100 }),
    ExclusiveStartShardId: shard(),
  },
  GetShardIterator: {
    StreamArn: arn({ notNull: true }),
    ShardId: shard({ notNull: true }),
    ShardIteratorType: text({
      notNull: true,
      choices: ["AFTER_SEQUENCE_NUMBER", "LATEST", "AT_SEQUENCE_NUMBER", "TRIM_HORIZON"],
    }),
    SequenceNumber: text({ shortest: 21, longest: 40 }),
  },
  GetRecords: {
    ShardIterator: text({ notNull: true, shortest: 1, longest: 2048 }),
    Limit: whole({ least: 1, most: 1000 }),
  },
};
