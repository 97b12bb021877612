import { describe, expect, it } from "vitest";
import { arn, startSqs } from "./testing/start-sqs.ts";

describe("a queue", () => {
  it("is found by its URL under any host, by its ARN and by its name", async () => {
    const { queue, sqs, send, bodies } = await startSqs({ baseUrl: () => "http://localhost:9" });
    const url = await queue("Things");
    expect(url).toBe("http://localhost:9/123456789012/Things");
    expect(await sqs("GetQueueUrl", { QueueName: "Things" })).toEqual({ QueueUrl: url });
    await send("https://sqs.us-east-1.amazonaws.com/123456789012/Things", "a");
    expect(await bodies(arn("Things"))).toEqual(["a"]);
  });

  it("may be created again with the same attributes only", async () => {
    const { queue } = await startSqs();
    const url = await queue("Things", { DelaySeconds: "5" });
    expect(await queue("Things", { DelaySeconds: "5", VisibilityTimeout: "30" })).toBe(url);
    await expect(queue("Things", { DelaySeconds: "6" })).rejects.toMatchObject({
      code: "QueueNameExists",
      message:
        "A queue already exists with the same name and a different value for attribute DelaySeconds",
    });
  });

  it("reports AWS's defaults and counts visible, delayed and in-flight messages apart", async () => {
    const { queue, send, receive, attributes } = await startSqs();
    const url = await queue("Things");
    await send(url, "taken");
    await receive(url);
    await send(url, "ready");
    await send(url, "later", { DelaySeconds: 10 });
    expect(await attributes(url)).toMatchObject({
      QueueArn: arn("Things"),
      VisibilityTimeout: "30",
      MessageRetentionPeriod: "345600",
      MaximumMessageSize: "1048576",
      SqsManagedSseEnabled: "true",
      ApproximateNumberOfMessages: "1",
      ApproximateNumberOfMessagesNotVisible: "1",
      ApproximateNumberOfMessagesDelayed: "1",
    });
  });

  it("that does not exist is refused by AWS's error", async () => {
    const { send } = await startSqs();
    await expect(send("http://x/1/Nothing", "a")).rejects.toMatchObject({
      code: "QueueDoesNotExist",
      status: 400,
    });
  });

  it("of the FIFO kind is refused by name", async () => {
    const { queue } = await startSqs();
    await expect(queue("Things.fifo", { FifoQueue: "true" })).rejects.toThrow(/FIFO queues/);
  });

  it.each([
    [{ VisibilityTimeout: "43201" }, "InvalidAttributeValue"],
    [{ MessageRetentionPeriod: "59" }, "InvalidAttributeValue"],
    [{ Policy: "not json" }, "InvalidAttributeValue"],
    [{ Colour: "red" }, "InvalidAttributeName"],
    [{ RedrivePolicy: JSON.stringify({ maxReceiveCount: 1 }) }, "InvalidParameterValue"],
    [
      { RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arn("No"), maxReceiveCount: 1 }) },
      "InvalidParameterValue",
    ],
  ])("refuses the attributes %j", async (attributes, code) => {
    const { queue } = await startSqs();
    await expect(queue("Things", attributes)).rejects.toMatchObject({ code });
  });
});

it("queues are listed page by page when a call says how many it wants", async () => {
  const { sqs, queue } = await startSqs();
  const grave = await queue("Dead");
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: arn("Dead"), maxReceiveCount: 1 });
  const urls: string[] = [];
  for (const name of ["a", "b", "c"]) urls.push(await queue(name, { RedrivePolicy }));
  const first = await sqs("ListDeadLetterSourceQueues", { QueueUrl: grave, MaxResults: 2 });
  expect(first.queueUrls).toEqual(urls.slice(0, 2));
  const { NextToken } = first;
  expect(
    await sqs("ListDeadLetterSourceQueues", { QueueUrl: grave, MaxResults: 2, NextToken }),
  ).toEqual({ queueUrls: urls.slice(2) });
  const queues = await sqs("ListQueues", { MaxResults: 3 });
  expect(queues.QueueUrls).toEqual([grave, ...urls.slice(0, 2)]);
  expect(await sqs("ListQueues", { MaxResults: 3, NextToken: queues.NextToken })).toEqual({
    QueueUrls: urls.slice(2),
  });
  expect(await sqs("ListQueues", { QueueNamePrefix: "z" })).toEqual({});
  await expect(sqs("ListQueues", { NextToken: "!" })).rejects.toThrow("Invalid or expired");
});

it("a queue is purged once a minute, and listed and tagged by name", async () => {
  const { sqs, queue, send, attributes } = await startSqs();
  const url = await queue("Things");
  await queue("Prices");
  await send(url, "a");
  await sqs("PurgeQueue", { QueueUrl: url });
  expect(await attributes(url)).toMatchObject({ ApproximateNumberOfMessages: "0" });
  await expect(sqs("PurgeQueue", { QueueUrl: url })).rejects.toMatchObject({
    code: "PurgeQueueInProgress",
  });
  expect(await sqs("ListQueues", { QueueNamePrefix: "Thi" })).toEqual({ QueueUrls: [url] });
  await sqs("TagQueue", { QueueUrl: url, Tags: { team: "things" } });
  expect(await sqs("ListQueueTags", { QueueUrl: url })).toEqual({ Tags: { team: "things" } });
  await sqs("DeleteQueue", { QueueUrl: url });
  await expect(send(url, "b")).rejects.toMatchObject({ code: "QueueDoesNotExist" });
});
