import { InvokeCommand, PutFunctionConcurrencyCommand } from "@aws-sdk/client-lambda";
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
} from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type OutsideShop, openOutsideShop } from "./outside-shop.ts";

describe("npm start, when something is lost", () => {
  let shop: OutsideShop;
  let stopped = false;
  beforeAll(async () => {
    shop = await openOutsideShop();
  });
  afterAll(async () => {
    if (!stopped) await shop.stop();
  });

  const lines = (pattern: RegExp) =>
    shop
      .stderr()
      .split("\n")
      .filter((line) => pattern.test(line));
  const queue = async (QueueName: string, Attributes = {}) => {
    const { QueueUrl } = await shop.sqs.send(new CreateQueueCommand({ QueueName, Attributes }));
    const attributes = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["QueueArn"] });
    return { QueueUrl, arn: (await shop.sqs.send(attributes)).Attributes?.QueueArn };
  };

  it("says the first dead letter of a queue, where it is and what looks at it, and at the end how many", async () => {
    const { arn: deadLetterTargetArn } = await queue("GivenUp");
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 1 });
    const { QueueUrl } = await queue("Tried", { RedrivePolicy, VisibilityTimeout: "0" });
    for (const MessageBody of ["a", "b", "c"])
      await shop.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
    const receive = new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 });
    await shop.sqs.send(receive);
    await shop.sqs.send(receive);
    const [line] = await shop.eventually(async () => {
      const found = lines(/dead letter/);
      return found.length > 0 && found;
    });
    expect(line).toMatch(/^A message of Tried is a dead letter now, in GivenUp: .*npm run aws -- /);
    expect(lines(/dead letter/)).toHaveLength(1);
    const url = /--queue-url (\S+)/.exec(String(line))?.[1];
    const { Messages } = await shop.sqs.send(
      new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: 10 }),
    );
    expect(Messages).toHaveLength(3);
  });

  it("says that an asynchronous invocation is discarded", async () => {
    const FunctionName = "petstore-local-FindOrderFunction";
    const none = { FunctionName, ReservedConcurrentExecutions: 0 };
    await shop.lambda.send(new PutFunctionConcurrencyCommand(none));
    const invoke = new InvokeCommand({ FunctionName, InvocationType: "Event" });
    for (let i = 0; i < 3; i++) await shop.lambda.send(invoke);
    await shop.eventually(async () => lines(/FindOrderFunction was discarded/).length > 0);
    await shop.place(); // what was due before it has happened when it is answered
  });

  it("counts both in its last words", async () => {
    await shop.stop();
    stopped = true;
    expect(lines(/^In all: /)).toEqual([
      "In all: 3 dead letters of Tried.",
      "In all: 3 asynchronous invocations of petstore-local-FindOrderFunction discarded.",
    ]);
  });
});
