import { realClock } from "../clock.ts";
import { createCloud } from "../cloud.ts";
import { dynamoEngines } from "../dynamodb/engine.ts";
import { administrator } from "../engine.ts";

/** How many transactions of three small items the engine alone commits in a second: the ceiling of everything above it. */
export const measureTransactRate = async (transactions: number): Promise<number> => {
  const clock = realClock((error) => {
    throw error;
  });
  const cloud = createCloud(clock, [dynamoEngines().dynamodb]);
  const call = (operation: string, input: object) =>
    cloud.call({ caller: administrator, service: "dynamodb", operation, input });
  await call("CreateTable", {
    TableName: "Bench",
    BillingMode: "PAY_PER_REQUEST",
    AttributeDefinitions: [{ AttributeName: "pk", AttributeType: "S" }],
    KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }],
  });
  const began = performance.now();
  for (let i = 0; i < transactions; i++)
    await call("TransactWriteItems", {
      TransactItems: ["order", "answer", "outbox"].map((name) => ({
        Put: {
          TableName: "Bench",
          Item: { pk: { S: `${name}-${i}` }, text: { S: "x".repeat(300) } },
          ConditionExpression: "attribute_not_exists(pk)",
        },
      })),
    });
  const rate = transactions / ((performance.now() - began) / 1000);
  cloud.stop();
  clock.stop();
  return rate;
};
