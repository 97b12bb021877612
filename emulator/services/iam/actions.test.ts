import { expect, it } from "vitest";
import { administrator } from "../../kernel/engine.ts";
import { needsOf } from "./actions.ts";

const where = { account: "123456789012", region: "us-east-1" };

/** A list in a list, 30,000 deep: to make a text of it takes more stack than there is. */
const deep = () => {
  let value: unknown = [];
  for (let level = 0; level < 30_000; level++) value = [value];
  return value;
};

it.each([
  ["dynamodb", "GetItem", { TableName: deep(), IndexName: deep() }],
  ["dynamodb", "TagResource", { ResourceArn: deep() }],
  ["dynamodb", "TransactWriteItems", { TransactItems: [{ Put: { TableName: deep() } }] }],
  ["streams", "GetRecords", { ShardIterator: deep() }],
  ["streams", "DescribeStream", { StreamArn: deep() }],
])("a name that is no text stands for nothing: %s %s", (service, operation, input) => {
  const [need] = needsOf({ caller: administrator, service, operation, input }, where as never);
  expect(need?.resource).toMatch(/^arn:aws:dynamodb:us-east-1:123456789012:table\/\*/);
});
