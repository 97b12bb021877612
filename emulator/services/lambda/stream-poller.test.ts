import { describe, expect, it } from "vitest";
import { startLambda } from "./testing/start-lambda.ts";

type Record = { dynamodb: { SequenceNumber: string; NewImage: { [name: string]: { S: string } } } };
type StreamEvent = { Records: Record[] };

const keys = ({ Records }: StreamEvent) => Records.map(({ dynamodb }) => dynamodb.NewImage.pk?.S);

/** A function on the stream that fails as its records say. */
const start = async (settings: object = {}) => {
  const batches: string[][] = [];
  const events: StreamEvent[] = [];
  const cloud = startLambda((event: StreamEvent) => {
    events.push(event);
    batches.push(keys(event) as string[]);
    const wish = ({ dynamodb }: Record) => dynamodb.NewImage.fail?.S;
    if (event.Records.some((record) => wish(record) === "throw")) throw new Error("cannot");
    const failed = event.Records.filter((record) => wish(record) === "report");
    return {
      batchItemFailures: failed.map(({ dynamodb }) => ({
        itemIdentifier: dynamodb.SequenceNumber,
      })),
    };
  });
  await cloud.create("Relay");
  const failures = await cloud.queue("Failures");
  const { UUID } = await cloud.lambda("CreateEventSourceMapping", {
    FunctionName: "Relay",
    EventSourceArn: cloud.stream.arn,
    StartingPosition: "TRIM_HORIZON",
    ...settings,
  });
  const put = (pk: string, fail?: string, name?: string) =>
    cloud.stream.put(cloud.clock.now(), pk, fail, name);
  return { ...cloud, batches, events, failures, put, UUID };
};
const report = { FunctionResponseTypes: ["ReportBatchItemFailures"] };

describe("a mapping on a table's stream", () => {
  it("gives records to the function in their order and in batches", async () => {
    const { clock, batches, events, put, stream } = await start({ BatchSize: 2 });
    for (const pk of ["a", "b", "c"]) put(pk);
    await clock.advance(1000);
    expect(batches).toEqual([["a", "b"], ["c"]]);
    expect(events[0]?.Records[0]).toEqual({
      eventID: "event-0",
      eventName: "INSERT",
      eventVersion: "1.1",
      eventSource: "aws:dynamodb",
      awsRegion: "us-east-1",
      dynamodb: expect.objectContaining({ Keys: { pk: { S: "a" } }, StreamViewType: "NEW_IMAGE" }),
      eventSourceARN: stream.arn,
    });
  });

  it("reads from the beginning or from now, as it was told", async () => {
    const { clock, batches, put, lambda, stream, create } = await start();
    put("before");
    await clock.advance(1000);
    await create("Late");
    await lambda("CreateEventSourceMapping", {
      FunctionName: "Late",
      EventSourceArn: stream.arn,
      StartingPosition: "LATEST",
    });
    put("after");
    await clock.advance(1000);
    expect(batches).toEqual([["before"], ["after"], ["after"]]);
  });

  it("reads once per arrival, and not at all while nothing arrives", async () => {
    const { clock, cloud, put } = await start();
    await clock.advance(1000);
    let reads = 0;
    cloud.guard((call, next) => {
      if (call.operation === "GetRecords") reads += 1;
      return next(call);
    });
    await clock.advance(3600_000);
    expect(reads).toBe(0);
    put("a");
    await clock.advance(3600_000);
    expect(reads).toBe(1);
  });

  it("holds everything up behind a batch that fails, and tries it for a day", async () => {
    const { clock, batches, put, facts } = await start({ BatchSize: 1 });
    put("poison", "throw");
    put("next");
    await clock.advance(3600_000);
    expect(new Set(batches.flat())).toEqual(new Set(["poison"]));
    expect(batches.length).toBeGreaterThan(60);
    await clock.advance(24 * 3600_000);
    expect(facts).toContainEqual(expect.objectContaining({ kind: "records-lost", count: 1 }));
  });

  it("goes on from the lowest record that failed, so later ones come twice", async () => {
    const { clock, batches, put, failures, bodies } = await start({
      ...report,
      MaximumRetryAttempts: 1,
      BisectBatchOnFunctionError: true,
      DestinationConfig: {
        OnFailure: { Destination: "arn:aws:sqs:us-east-1:123456789012:Failures" },
      },
    });
    put("a");
    put("b", "report");
    put("c");
    await clock.advance(60_000);
    expect(batches).toEqual([["a", "b", "c"], ["b", "c"], ["b"], ["b"], ["c"]]);
    const [body = "{}"] = await bodies(failures);
    expect(JSON.parse(body)).toMatchObject({
      DDBStreamBatchInfo: { batchSize: 1, startSequenceNumber: "000000000000000000101" },
    });
  });

  it("halves a failing batch to find the record, without using up its retries", async () => {
    const { clock, batches, put } = await start({
      BisectBatchOnFunctionError: true,
      MaximumRetryAttempts: 1,
    });
    for (const pk of ["a", "b"]) put(pk);
    put("poison", "throw");
    put("d");
    await clock.advance(60_000);
    expect(batches).toEqual([
      ["a", "b", "poison", "d"],
      ["a", "b"],
      ["poison", "d"],
      ["poison"],
      ["poison"],
      ["d"],
    ]);
  });

  it("sends a pointer to what it gave up, not the records", async () => {
    const { clock, put, bodies, failures, stream } = await start({
      MaximumRetryAttempts: 2,
      DestinationConfig: {
        OnFailure: { Destination: "arn:aws:sqs:us-east-1:123456789012:Failures" },
      },
    });
    put("a");
    put("b", "throw");
    await clock.advance(60_000);
    const [body = "{}", ...more] = await bodies(failures);
    expect(more).toEqual([]);
    expect(JSON.parse(body)).toEqual({
      requestContext: {
        requestId: expect.any(String),
        functionArn: "arn:aws:lambda:us-east-1:123456789012:function:Relay",
        condition: "RetryAttemptsExhausted",
        approximateInvokeCount: 3,
      },
      responseContext: { statusCode: 200, executedVersion: "$LATEST", functionError: "Unhandled" },
      version: "1.0",
      timestamp: expect.any(String),
      DDBStreamBatchInfo: {
        shardId: "shardId-0",
        startSequenceNumber: "000000000000000000100",
        endSequenceNumber: "000000000000000000101",
        approximateArrivalOfFirstRecord: "2026-01-01T00:00:00.000Z",
        approximateArrivalOfLastRecord: "2026-01-01T00:00:00.000Z",
        batchSize: 2,
        streamArn: stream.arn,
      },
    });
  });

  it("gives up records that are too old", async () => {
    const { clock, put, batches, bodies, failures } = await start({
      MaximumRecordAgeInSeconds: 60,
      DestinationConfig: {
        OnFailure: { Destination: "arn:aws:sqs:us-east-1:123456789012:Failures" },
      },
    });
    put("poison", "throw");
    await clock.advance(200_000);
    put("next");
    await clock.advance(1000);
    expect(batches.at(-1)).toEqual(["next"]);
    expect(JSON.parse((await bodies(failures))[0] ?? "{}")).toMatchObject({
      requestContext: { condition: "RecordAgeExceeded" },
    });
  });

  it("keeps the order of each key where it reads a shard in parallel", async () => {
    const { clock, batches, events, put } = await start({
      BatchSize: 1,
      ParallelizationFactor: 5,
    });
    put("poison", "throw");
    for (let i = 0; i < 10; i++) put(`key${i}`);
    put("poison", "comes after");
    await clock.advance(5000);
    expect(new Set(batches.flat()).size).toBeGreaterThan(5);
    const wishes = events.flatMap(({ Records }) =>
      Records.map(({ dynamodb }) => dynamodb.NewImage.fail?.S),
    );
    expect(wishes.filter((wish) => wish === "throw").length).toBeGreaterThan(1);
    expect(wishes).not.toContain("comes after");
  });

  it("passes over records that no filter wants", async () => {
    const { clock, batches, put } = await start({
      FilterCriteria: { Filters: [{ Pattern: JSON.stringify({ eventName: ["INSERT"] }) }] },
    });
    put("a");
    put("b", "no", "REMOVE");
    put("c");
    await clock.advance(1000);
    expect(batches).toEqual([["a", "c"]]);
  });

  it("goes on where it was when its place in the stream has expired", async () => {
    const { clock, batches, put, stream } = await start();
    put("a");
    await clock.advance(1000);
    stream.expire();
    put("b");
    await clock.advance(1000);
    expect(batches).toEqual([["a"], ["b"]]);
  });

  it("goes on with what is left when its place in the stream is forgotten, and says so", async () => {
    const { clock, batches, put, stream, facts } = await start();
    put("a");
    await clock.advance(1000);
    stream.expire();
    stream.trim();
    put("b");
    await clock.advance(5000);
    expect(batches).toEqual([["a"], ["b"]]);
    expect(facts.filter(({ kind }) => kind === "records-lost")).toHaveLength(1);
  });

  it("reads all of a shard that was closed, and then its child", async () => {
    const { clock, batches, put, stream } = await start({ BatchSize: 2 });
    for (const pk of ["a", "b", "c"]) put(pk);
    stream.roll();
    for (const pk of ["d", "e", "f"]) put(pk);
    await clock.advance(1000);
    expect(batches).toEqual([["a", "b"], ["c"], ["d", "e"], ["f"]]);
  });

  it("forgets a shard that is read to its end and listed no longer", async () => {
    const { clock, cloud, batches, put, stream } = await start();
    const positions = () => [...(cloud.keeper.parts.get("lambda.positions")?.keys() ?? [])].length;
    for (const pk of ["a", "b", "c"]) {
      put(pk);
      stream.roll();
      put(`child of ${pk}`);
      await clock.advance(1000);
    }
    expect(positions()).toBe(4);
    for (const shard of ["0", "1"]) stream.forget(shard);
    stream.roll();
    put("d");
    await clock.advance(1000);
    expect(positions()).toBe(3);
    expect(batches.flat()).toHaveLength(7);
  });

  it("waits for its batching window", async () => {
    const { clock, batches, put } = await start({ MaximumBatchingWindowInSeconds: 5 });
    put("a");
    await clock.advance(3000);
    expect(batches).toEqual([]);
    put("b");
    await clock.advance(3000);
    expect(batches).toEqual([["a", "b"]]);
  });

  it("stops while it is disabled, and goes on where it stopped", async () => {
    const { clock, batches, put, lambda, UUID } = await start();
    await lambda("UpdateEventSourceMapping", { UUID, Enabled: false });
    put("a");
    await clock.advance(60_000);
    expect(batches).toEqual([]);
    expect(await lambda("GetEventSourceMapping", { UUID })).toMatchObject({ State: "Disabled" });
    await lambda("UpdateEventSourceMapping", { UUID, Enabled: true });
    await clock.advance(1000);
    expect(batches).toEqual([["a"]]);
  });

  it("tries again when the function is throttled, without counting that as a retry", async () => {
    const { clock, batches, put, lambda } = await start({ MaximumRetryAttempts: 0 });
    await lambda("PutFunctionConcurrency", {
      FunctionName: "Relay",
      ReservedConcurrentExecutions: 0,
    });
    put("a");
    await clock.advance(30_000);
    expect(batches).toEqual([]);
    await lambda("DeleteFunctionConcurrency", { FunctionName: "Relay" });
    await clock.advance(60_000);
    expect(batches).toEqual([["a"]]);
  });

  it("takes a defect of the emulator for a failed try, and says what it was", async () => {
    let tries = 0;
    const cloud = startLambda(() => null, {
      runtime: () => ({
        prepare: async () => {},
        invoke: async () => {
          tries += 1;
          throw new TypeError("x is not a function");
        },
        warm: async () => {},
        crash: () => {},
        renew: () => {},
        stop: () => {},
      }),
    });
    await cloud.create("Relay");
    await cloud.lambda("CreateEventSourceMapping", {
      FunctionName: "Relay",
      EventSourceArn: cloud.stream.arn,
      StartingPosition: "TRIM_HORIZON",
      MaximumRetryAttempts: 1,
    });
    cloud.stream.put(cloud.clock.now(), "a");
    await cloud.clock.advance(3600_000);
    expect(tries).toBe(2);
    expect(cloud.facts.filter(({ kind }) => kind === "defect")).toHaveLength(2);
    expect(cloud.facts).toContainEqual(
      expect.objectContaining({ kind: "records-dropped", function: "Relay", count: 1 }),
    );
  });
});
