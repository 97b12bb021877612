import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { realClock } from "emulator/kernel/clock";
import { createCloud } from "emulator/kernel/cloud";
import { administrator } from "emulator/kernel/engine";
import { openJournal } from "emulator/kernel/journal";
import { dynamoEngines } from "emulator/services/dynamodb/engine";

const fail = (error: unknown): never => {
  throw error;
};

/** DynamoDB with the table "Bench", and other engines beside it. `persist` is where it is to keep what changes. */
export const openBench = async (
  others: Parameters<typeof createCloud>[1] = [],
  persist?: string,
) => {
  const clock = realClock(fail);
  const cloud = createCloud(clock, [dynamoEngines().dynamodb, ...others]);
  const call = (service: string, operation: string, input: object) =>
    cloud.call({ caller: administrator, service, operation, input });
  await call("dynamodb", "CreateTable", {
    TableName: "Bench",
    BillingMode: "PAY_PER_REQUEST",
    AttributeDefinitions: [{ AttributeName: "pk", AttributeType: "S" }],
    KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }],
    StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_IMAGE" },
  });
  const journal =
    persist === undefined
      ? undefined
      : openJournal(persist, { name: "the benchmark", lose: fail, say: fail });
  journal?.replay(cloud.keeper, clock.now);
  const stop = () => {
    journal?.close();
    cloud.stop();
    clock.stop();
  };
  return { cloud, clock, call, stop };
};

const putOf = (pk: string) => ({
  TableName: "Bench",
  Item: { pk: { S: pk }, text: { S: "x".repeat(300) } },
  ConditionExpression: "attribute_not_exists(pk)",
});

/** How many transactions of three small items the engine alone commits in a second: the ceiling of everything above it. */
export const measureTransactRate = async (transactions: number): Promise<number> => {
  const { call, stop } = await openBench();
  const began = performance.now();
  for (let i = 0; i < transactions; i++)
    await call("dynamodb", "TransactWriteItems", {
      TransactItems: ["order", "answer", "outbox"].map((name) => ({ Put: putOf(`${name}-${i}`) })),
    });
  const rate = transactions / ((performance.now() - began) / 1000);
  stop();
  return rate;
};

/** The CPU of a conditional put in the engine, without an SDK, in microseconds; and of one that a journal writes down. */
export const measureConditionalPut = async (puts: number) => {
  const measure = async (persist?: string) => {
    const { call, stop } = await openBench([], persist);
    for (let i = 0; i < puts / 4; i++) await call("dynamodb", "PutItem", putOf(`warm-${i}`));
    const before = process.cpuUsage();
    for (let i = 0; i < puts; i++) await call("dynamodb", "PutItem", putOf(`put-${i}`));
    const { user, system } = process.cpuUsage(before);
    stop();
    return (user + system) / puts;
  };
  const directory = mkdtempSync(join(tmpdir(), "petstore-bench-"));
  try {
    return { alone: await measure(), journaled: await measure(directory) };
  } finally {
    rmSync(directory, { recursive: true });
  }
};
