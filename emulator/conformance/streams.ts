import { deepEqual, equal, ok } from "node:assert/strict";
import {
  CreateTableCommand,
  DeleteItemCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  PutItemCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import {
  DescribeStreamCommand,
  type _Record as Entry,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type GetShardIteratorCommandInput,
} from "@aws-sdk/client-dynamodb-streams";
import { claimsOf, refused } from "./claim.ts";
import type { Lab } from "./lab.ts";

const guide = "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide";
const api = "https://docs.aws.amazon.com/amazondynamodb/latest/APIReference";

/** A new table whose stream has new images. */
export const createStream = async (lab: Lab) => {
  const TableName = lab.unique("stream");
  await lab.dynamodb.send(
    new CreateTableCommand({
      TableName,
      BillingMode: "PAY_PER_REQUEST",
      KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }],
      AttributeDefinitions: [{ AttributeName: "pk", AttributeType: "S" }],
      StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_IMAGE" },
    }),
  );
  lab.later(() => lab.dynamodb.send(new DeleteTableCommand({ TableName })));
  const StreamArn = await lab.eventually(async () => {
    const { Table } = await lab.dynamodb.send(new DescribeTableCommand({ TableName }));
    return Table?.TableStatus === "ACTIVE" && Table.LatestStreamArn;
  });
  return { TableName, StreamArn };
};

/** The table of this run, and the ways to its stream's records. */
const open = async (lab: Lab) => {
  const { TableName, StreamArn } = await lab.once("stream", () => createStream(lab));
  const pk = lab.unique("item");
  const Key = { pk: { S: pk } };

  const iterators = async (position: Partial<GetShardIteratorCommandInput>) => {
    const { StreamDescription } = await lab.streams.send(new DescribeStreamCommand({ StreamArn }));
    return Promise.all(
      (StreamDescription?.Shards ?? []).map(async ({ ShardId }) => {
        const get = new GetShardIteratorCommand({
          StreamArn,
          ShardId,
          ShardIteratorType: "TRIM_HORIZON",
          ...position,
        });
        return (await lab.streams.send(get)).ShardIterator;
      }),
    );
  };
  /** This item's records from a position on, read until there are `count`. */
  const records = async (
    count: number,
    position: Partial<GetShardIteratorCommandInput> = {},
  ): Promise<Entry[]> => {
    let next = await iterators(position);
    const found: Entry[] = [];
    return lab.eventually(async () => {
      next = await Promise.all(
        next.map(async (ShardIterator) => {
          if (!ShardIterator) return undefined;
          const page = await lab.streams.send(new GetRecordsCommand({ ShardIterator }));
          for (const record of page.Records ?? [])
            if (record.dynamodb?.Keys?.pk?.S === pk) found.push(record);
          return page.NextShardIterator;
        }),
      );
      return found.length >= count && found;
    });
  };
  const put = (n: string) =>
    lab.dynamodb.send(new PutItemCommand({ TableName, Item: { ...Key, n: { N: n } } }));
  return { TableName, StreamArn, Key, pk, records, iterators, put };
};

/** What DynamoDB documents of its streams. */
export const streamsClaims = claimsOf("streams", [
  {
    name: "one-record-a-change",
    claim: "Every change of an item is in the stream once, in the order in which it happened",
    doc: `${guide}/Streams.html`,
    async run(lab) {
      const { TableName, Key, put, records } = await open(lab);
      await put("1");
      await put("2");
      await lab.dynamodb.send(new DeleteItemCommand({ TableName, Key }));
      const found = await records(3);
      deepEqual(
        found.map(({ eventName, dynamodb }) => [eventName, dynamodb?.NewImage?.n?.N]),
        [
          ["INSERT", "1"],
          ["MODIFY", "2"],
          ["REMOVE", undefined],
        ],
      );
      const numbers = found.map(({ dynamodb }) => BigInt(dynamodb?.SequenceNumber ?? 0));
      ok(numbers.every((number, at) => at === 0 || number > (numbers[at - 1] as bigint)));
    },
  },
  {
    name: "no-change-no-record",
    claim: "A write that changes nothing is not in the stream",
    doc: `${guide}/Streams.html`,
    async run(lab) {
      const { put, records } = await open(lab);
      await put("1");
      await put("1");
      await put("2");
      const found = await records(2);
      deepEqual(
        found.map(({ dynamodb }) => dynamodb?.NewImage?.n?.N),
        ["1", "2"],
      );
    },
  },
  {
    name: "no-removal-no-record",
    claim: "An update that removes what is not there is not in the stream, be there an item or not",
    doc: `${guide}/Streams.html`,
    async run(lab) {
      const { TableName, Key, put, records } = await open(lab);
      const remove = () =>
        lab.dynamodb.send(new UpdateItemCommand({ TableName, Key, UpdateExpression: "REMOVE a" }));
      await remove();
      await put("1");
      await remove();
      await put("2");
      const found = await records(2);
      deepEqual(
        found.map(({ eventName, dynamodb }) => [eventName, dynamodb?.NewImage?.n?.N]),
        [
          ["INSERT", "1"],
          ["MODIFY", "2"],
        ],
      );
    },
  },
  {
    name: "view-type",
    claim: "A stream of new images has keys and new images, and no old ones",
    doc: `${api}/API_StreamSpecification.html`,
    async run(lab) {
      const { Key, put, records } = await open(lab);
      await put("1");
      await put("2");
      const [, second] = await records(2);
      deepEqual(second?.dynamodb?.NewImage, { ...Key, n: { N: "2" } });
      deepEqual(second?.dynamodb?.Keys, Key);
      equal(second?.dynamodb?.OldImage, undefined);
      equal(second?.dynamodb?.StreamViewType, "NEW_IMAGE");
    },
  },
  {
    name: "transactions",
    claim: "What a transaction writes is in the stream, a record per item",
    doc: `${guide}/transaction-apis.html`,
    async run(lab) {
      const { TableName, Key, pk, records } = await open(lab);
      const Other = { pk: { S: `${pk}-other` } };
      await lab.dynamodb.send(
        new TransactWriteItemsCommand({
          TransactItems: [{ Put: { TableName, Item: Key } }, { Put: { TableName, Item: Other } }],
        }),
      );
      equal((await records(1)).length, 1);
    },
  },
  {
    name: "after-sequence-number",
    claim: "A reader goes on after the last sequence number that it has seen",
    doc: `${api}/API_streams_GetShardIterator.html`,
    async run(lab) {
      const { TableName, StreamArn, Key, put, records } = await open(lab);
      await put("1");
      const [first] = await records(1);
      await lab.dynamodb.send(
        new UpdateItemCommand({
          TableName,
          Key,
          UpdateExpression: "SET n = :n",
          ExpressionAttributeValues: { ":n": { N: "2" } },
        }),
      );
      const { StreamDescription } = await lab.streams.send(
        new DescribeStreamCommand({ StreamArn }),
      );
      // Elsewhere there are several shards, and only one of them has this number.
      if ((StreamDescription?.Shards?.length ?? 0) > 1) return;
      const [next] = await records(1, {
        ShardIteratorType: "AFTER_SEQUENCE_NUMBER",
        SequenceNumber: first?.dynamodb?.SequenceNumber,
      });
      equal(next?.dynamodb?.NewImage?.n?.N, "2");
    },
  },
  {
    name: "latest",
    claim: "A reader that begins at LATEST does not see what was before",
    doc: `${api}/API_streams_GetShardIterator.html`,
    async run(lab) {
      const { put, records, iterators, pk } = await open(lab);
      await put("1");
      await records(1);
      const [ShardIterator] = (await iterators({ ShardIteratorType: "LATEST" })).slice(-1);
      const { Records = [] } = await lab.streams.send(new GetRecordsCommand({ ShardIterator }));
      deepEqual(
        Records.filter(({ dynamodb }) => dynamodb?.Keys?.pk?.S === pk),
        [],
      );
    },
  },
  {
    name: "page-1000",
    claim: "GetRecords answers at most 1,000 records, and refuses to be asked for more",
    doc: `${api}/API_streams_GetRecords.html`,
    async run(lab) {
      const { iterators } = await open(lab);
      const [ShardIterator] = await iterators({});
      const get = new GetRecordsCommand({ ShardIterator, Limit: 1001 });
      await refused(lab.streams.send(get), "ValidationException");
    },
  },
]);
