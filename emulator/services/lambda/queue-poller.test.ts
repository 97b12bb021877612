import { describe, expect, it } from "vitest";
import { startLambda } from "./testing/start-lambda.ts";

type Message = { messageId: string; body: string };
type SqsEvent = { Records: Message[] };

const start = async (settings: object = {}) => {
  const batches: string[][] = [];
  const events: SqsEvent[] = [];
  let [running, most] = [0, 0];
  const cloud = startLambda(async (event: SqsEvent) => {
    events.push(event);
    batches.push(event.Records.map(({ body }) => body));
    running += 1;
    most = Math.max(most, running);
    await new Promise<void>((resolve) => cloud.clock.after(10, "work", resolve));
    running -= 1;
    if (event.Records.some(({ body }) => body === "throw")) throw new Error("cannot");
    const failed = event.Records.filter(({ body }) => body === "report");
    return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
  });
  await cloud.create("Consumer");
  const queue = await cloud.queue("Queue", { VisibilityTimeout: "60" });
  const { UUID } = await cloud.lambda("CreateEventSourceMapping", {
    FunctionName: "Consumer",
    EventSourceArn: queue,
    ...settings,
  });
  const put = (body: string, more?: object) => cloud.send(queue, body, more);
  return { ...cloud, batches, events, put, UUID, left: () => cloud.depth(queue), most: () => most };
};
const report = { FunctionResponseTypes: ["ReportBatchItemFailures"] };

describe("a mapping on a queue", () => {
  it("says what became of the last batch", async () => {
    const { clock, put, lambda, UUID } = await start();
    const result = async () =>
      (await lambda("GetEventSourceMapping", { UUID })).LastProcessingResult;
    expect(await result()).toBe("No records processed");
    await put("a");
    await clock.advance(1000);
    expect(await result()).toBe("OK");
    await put("throw");
    await clock.advance(1000);
    expect(await result()).toBe("PROBLEM: Function call failed");
  });

  it("gives messages to the function and deletes them", async () => {
    const { clock, put, events, left } = await start();
    await put("a", { MessageAttributes: { kind: { DataType: "String", StringValue: "toy" } } });
    await clock.advance(1000);
    expect(events).toEqual([
      {
        Records: [
          {
            messageId: expect.any(String),
            receiptHandle: expect.any(String),
            body: "a",
            attributes: expect.objectContaining({
              ApproximateReceiveCount: "1",
              SentTimestamp: String(Date.UTC(2026, 0, 1)),
            }),
            messageAttributes: {
              kind: {
                stringValue: "toy",
                stringListValues: [],
                binaryListValues: [],
                dataType: "String",
              },
            },
            md5OfBody: "0cc175b9c0f1b6a831c399e269772661",
            md5OfMessageAttributes: expect.any(String),
            eventSource: "aws:sqs",
            eventSourceARN: "arn:aws:sqs:us-east-1:123456789012:Queue",
            awsRegion: "us-east-1",
          },
        ],
      },
    ]);
    expect(await left()).toEqual([0, 0]);
  });

  it("leaves a failed batch to come back after the visibility timeout", async () => {
    const { clock, put, batches, left } = await start();
    await put("a");
    await put("throw");
    await clock.advance(50_000);
    expect(batches).toEqual([["a", "throw"]]);
    expect(await left()).toEqual([0, 2]);
    await clock.advance(60_000);
    expect(batches).toHaveLength(2);
  });

  it("deletes what the function did not report as failed", async () => {
    const { clock, put, batches, left } = await start(report);
    await put("a");
    await put("report");
    await clock.advance(10_000);
    expect(await left()).toEqual([0, 1]);
    await clock.advance(55_000);
    expect(batches).toEqual([["a", "report"], ["report"]]);
  });

  it("runs several batches at a time, up to its maximum concurrency", async () => {
    const { clock, put, batches, most, left } = await start({
      BatchSize: 1,
      ScalingConfig: { MaximumConcurrency: 3 },
    });
    for (let i = 0; i < 12; i++) await put(String(i));
    await clock.advance(10_000);
    expect(batches).toHaveLength(12);
    expect(most()).toBe(3);
    expect(await left()).toEqual([0, 0]);
  });

  it("runs five batches at a time and ever more of them while the queue stays full, if nothing bounds it", async () => {
    let running = 0;
    const cloud = startLambda(async () => {
      running += 1;
      await new Promise<void>((resolve) => cloud.clock.after(600_000, "work", resolve));
      running -= 1;
    });
    await cloud.create("Consumer", { Timeout: 900 });
    const queue = await cloud.queue("Queue", { VisibilityTimeout: "3600" });
    for (let i = 0; i < 150; i++) await cloud.send(queue, String(i));
    await cloud.lambda("CreateEventSourceMapping", {
      ...{ FunctionName: "Consumer", EventSourceArn: queue, BatchSize: 1 },
    });
    const seen: number[] = [];
    for (const ms of [100, 1_900, 18_000, 20_000]) {
      await cloud.clock.advance(ms);
      seen.push(running);
    }
    expect(seen).toEqual([5, 14, 104, 150]);
  });

  it("gathers a larger batch within its window", async () => {
    const { clock, put, batches } = await start({
      BatchSize: 20,
      MaximumBatchingWindowInSeconds: 5,
    });
    for (let i = 0; i < 15; i++) await put(String(i));
    await clock.advance(4000);
    expect(batches).toEqual([]);
    await clock.advance(2000);
    expect(batches.map(({ length }) => length)).toEqual([15]);
  });

  it("deletes messages that no filter wants", async () => {
    const { clock, put, batches, left } = await start({
      FilterCriteria: { Filters: [{ Pattern: JSON.stringify({ body: { kind: ["cat"] } }) }] },
    });
    await put(JSON.stringify({ kind: "dog" }));
    await put(JSON.stringify({ kind: "cat" }));
    await clock.advance(1000);
    expect(batches).toEqual([['{"kind":"cat"}']]);
    expect(await left()).toEqual([0, 0]);
  });

  it("stops while it is disabled", async () => {
    const { clock, put, batches, lambda, UUID } = await start();
    await lambda("UpdateEventSourceMapping", { UUID, Enabled: false });
    await put("a");
    await clock.advance(60_000);
    expect(batches).toEqual([]);
    await lambda("UpdateEventSourceMapping", { UUID, Enabled: true });
    await clock.advance(1000);
    expect(batches).toEqual([["a"]]);
  });

  it("is refused settings that belong to streams", async () => {
    const { lambda } = await start();
    const EventSourceArn = "arn:aws:sqs:us-east-1:123456789012:Other";
    const create = (more: object) =>
      lambda("CreateEventSourceMapping", { FunctionName: "Consumer", EventSourceArn, ...more });
    await expect(create({ BisectBatchOnFunctionError: true })).rejects.toMatchObject({
      code: "InvalidParameterValueException",
    });
    await expect(create({ Strange: 1 })).rejects.toMatchObject({ code: "NotEmulated" });
    await expect(create({})).rejects.toThrow(/^Cannot access arn:aws:sqs/);
  });
});
