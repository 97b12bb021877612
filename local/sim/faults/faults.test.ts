import { virtualClock } from "emulator/kernel/clock";
import { driverOf } from "emulator/kernel/drive";
import { AwsError, type Call } from "emulator/kernel/engine";
import { EnvironmentCrash } from "emulator/services/lambda/function";
import { describe, expect, it } from "vitest";
import { pointsOf } from "../points.ts";
import { type FaultName, faultKinds, faultNames } from "./index.ts";

const base64 = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64");
const call = (name: string, service: string, operation: string, input: object): Call => ({
  caller: { name, role: "" },
  service,
  operation,
  input,
});
const place = "01J8ZQ3V5N6W7X8Y9Z0A1B2C3D";
const orderId = `ord_${place}`;
const relay = "petstore-local-OrdersRelayOutboxFunction";
const calls = {
  write: call(relay, "dynamodb", "TransactWriteItems", {
    TransactItems: [{ Put: { TableName: "T" } }, { Update: { TableName: "T" } }],
  }),
  put: call(relay, "dynamodb", "PutItem", { TableName: "T", Item: {} }),
  batch: call(relay, "dynamodb", "BatchWriteItem", { RequestItems: { T: [{ a: 1 }, { b: 2 }] } }),
  read: call(relay, "dynamodb", "BatchGetItem", {
    RequestItems: { T: { Keys: [{ a: 1 }, { b: 2 }] } },
  }),
  events: call(relay, "events", "PutEvents", {
    Entries: [{ DetailType: "a" }, { DetailType: "b" }],
  }),
  rule: call("rule petstore-local-Sales", "sqs", "SendMessage", { QueueUrl: "x/SalesQueue" }),
  mapping: call("mapping:1", "lambda", "Invoke", {
    FunctionName: "x:petstore-local-ProjectOrdersFunction",
    Payload: base64({ Records: [{ messageId: "m-1" }] }),
  }),
  saga: call("petstore-local-FulfilOrder", "lambda", "Invoke", {
    FunctionName: "x:petstore-local-ReserveStockFunction",
    Payload: base64({ orderId }),
  }),
  provider: call("petstore-local-ProviderApiFunction URL", "lambda", "Invoke", {
    FunctionName: "petstore-local-ProviderApiFunction",
  }),
  news: call("petstore-local-ProviderApiFunction", "sqs", "SendMessage", {
    QueueUrl: "x/petstore-local-ProviderWebhooksQueue",
  }),
  mail: call("petstore-local-NotifyCustomerFunction", "ses", "SendEmail", {}),
  record: call("petstore-local-OrdersApiFunction", "dynamodb", "TransactWriteItems", {
    TransactItems: [{ Put: { TableName: "T" } }, { Put: { Item: { expiresAt: { N: "9e9" } } } }],
  }),
  ttl: call("TTL of T", "dynamodb", "Expire", { TableName: "T" }),
};

type Name = keyof typeof calls;

/** Lets a fault befall a call; answers what its caller had, and when the call was carried out. */
const befall = async (fault: FaultName, name: Name, answer: object = { fine: true }) => {
  const clock = virtualClock();
  const began = clock.now();
  const arrived: { after: number; input: object }[] = [];
  const next = async ({ input }: Call) => {
    arrived.push({ after: clock.now() - began, input });
    wrong.push(new Map(skews));
    return answer;
  };
  const asked: { operation: string; input: Asked }[] = [];
  const skews = new Map<string, number>();
  const means = {
    ...{ clock, draw: clock.random, waits: { count: 0 }, skews },
    async ask(_: string, operation: string, input: Asked) {
      asked.push({ operation, input });
      return { Archives: [{ ArchiveName: "A", EventSourceArn: "arn:aws:events:r:1:event-bus/B" }] };
    },
  };
  const wrong: Map<string, number>[] = [];
  const heard = await driverOf(clock)(
    faultKinds[fault].strike(calls[name], next, means).then(
      (value) => ({ value, after: clock.now() - began }),
      (error) => ({ error, after: clock.now() - began }),
    ),
  );
  const then = new Map(skews);
  await clock.advance(24 * 3600_000);
  const clocks = { before: wrong[0], then, after: skews };
  return { arrived, asked, clocks, waits: means.waits.count, ...(heard as Heard) };
};
// biome-ignore lint/suspicious/noExplicitAny: what the cloud is asked
type Asked = any;
// biome-ignore lint/suspicious/noExplicitAny: what a caller hears
type Heard = { value?: any; error?: any; after: number };

const fitting = (fault: FaultName): Name[] =>
  (Object.keys(calls) as Name[]).filter((name) =>
    faultKinds[fault].fits(pointsOf(new Map([[place, "order-1"]]))(calls[name]), calls[name]),
  );

describe("the faults", () => {
  it("are at least sixteen, and each has a place", () => {
    expect(faultNames.length).toBeGreaterThanOrEqual(16);
    for (const fault of faultNames) expect(fitting(fault), fault).not.toEqual([]);
  });

  it.each<[FaultName, Name]>([
    ["lost-request", "put"],
    ["server-error", "put"],
    ["throttle", "put"],
    ["conflict", "put"],
    ["conflict", "write"],
    ["crash-before", "put"],
    ["outage", "saga"],
    ["provider-refuses", "provider"],
    ["outage", "events"],
    ["burial", "rule"],
    ["ttl-late", "ttl"],
  ])("%s: it fails, and is not carried out (%s)", async (fault, name) => {
    const { error, arrived } = await befall(fault, name);
    expect(error).toBeInstanceOf(fault === "crash-before" ? EnvironmentCrash : AwsError);
    expect(arrived).toEqual([]);
  });

  it.each<[FaultName, Name]>([
    ["lost-answer", "put"],
    ["crash-after", "put"],
    ["last-words", "put"],
    ["provider-resets", "provider"],
  ])("%s: it fails, and is carried out all the same (%s)", async (fault, name) => {
    const { error, arrived, waits } = await befall(fault, name);
    expect(error).toBeInstanceOf(Error);
    expect(arrived).toHaveLength(1);
    expect(waits).toBe(0);
  });

  it.each<[FaultName, Name]>([
    ["duplicate", "put"],
    ["late-duplicate", "rule"],
    ["webhook-twice", "news"],
  ])("%s: it is carried out twice, and its caller hears of one (%s)", async (fault, name) => {
    const { value, arrived } = await befall(fault, name);
    expect(value).toEqual({ fine: true });
    expect(arrived).toHaveLength(2);
  });

  it.each<[FaultName, Name, number]>([
    ["delay", "put", 100],
    ["reorder", "rule", 1_000],
    ["zombie", "put", 31_000],
  ])("%s: it is carried out later (%s)", async (fault, name, least) => {
    const { value, arrived } = await befall(fault, name);
    expect(value).toEqual({ fine: true });
    expect(arrived[0]?.after).toBeGreaterThanOrEqual(least);
  });

  it("late-answer: it is carried out at once, and its caller waits", async () => {
    const { arrived, after } = await befall("late-answer", "put");
    expect(arrived[0]?.after).toBe(0);
    expect(after).toBeGreaterThanOrEqual(100);
  });

  it.each<[FaultName, number]>([
    ["webhook-lost", 0],
    ["webhook-late", 1],
  ])("%s: the provider goes on at once", async (fault, times) => {
    const { value, after, arrived } = await befall(fault, "news");
    expect([value.MessageId === undefined, after]).toEqual([false, 0]);
    expect(arrived).toHaveLength(times);
  });

  it("conflict: a transaction says which of its items it was", async () => {
    const { error } = await befall("conflict", "write");
    expect(error.code).toBe("TransactionCanceledException");
    expect(error.fields.CancellationReasons.map(({ Code }: { Code: string }) => Code)).toEqual([
      "TransactionConflict",
      "None",
    ]);
  });

  it("partial-put-events: all but one are taken, and the answer says which", async () => {
    const taken = { FailedEntryCount: 0, Entries: [{ EventId: "e-1" }] };
    const { value, arrived } = await befall("partial-put-events", "events", taken);
    expect((arrived[0] as { input: { Entries: object[] } }).input.Entries).toHaveLength(1);
    expect(value.FailedEntryCount).toBe(1);
    expect(value.Entries.filter((one: object) => "EventId" in one)).toHaveLength(1);
    expect(value.Entries).toHaveLength(2);
  });

  it("partial-batch-write: all but the last is done, and the answer has the rest", async () => {
    const { value, arrived } = await befall("partial-batch-write", "batch", {});
    expect(arrived[0]?.input).toEqual({ RequestItems: { T: [{ a: 1 }] } });
    expect(value.UnprocessedItems).toEqual({ T: [{ b: 2 }] });
  });

  it("partial-batch-read: all but the last is answered, and the answer has the rest", async () => {
    const { value, arrived } = await befall("partial-batch-read", "read", { Responses: {} });
    expect(arrived[0]?.input).toEqual({ RequestItems: { T: { Keys: [{ a: 1 }] } } });
    expect(value.UnprocessedKeys).toEqual({ T: { Keys: [{ b: 2 }] } });
  });

  it("partial-batch-failure: a record that was handled comes again", async () => {
    const { value } = await befall("partial-batch-failure", "mapping", { Payload: "" });
    expect(JSON.parse(Buffer.from(value.Payload, "base64").toString())).toEqual({
      batchItemFailures: [{ itemIdentifier: "m-1" }],
    });
  });

  it("clock-skew: a function begins by a wrong clock, which is put right", async () => {
    const { clocks } = await befall("clock-skew", "saga");
    const name = "petstore-local-ReserveStockFunction";
    expect(Math.abs(clocks.before?.get(name) ?? 0)).toBeGreaterThan(0);
    expect(Math.abs(clocks.before?.get(name) ?? 0)).toBeLessThanOrEqual(300_000);
    expect(clocks.after).toEqual(new Map());
  });

  it("clock-jump: a function's clock jumps while it waits, and back", async () => {
    const { clocks, value } = await befall("clock-jump", "put");
    expect(value).toEqual({ fine: true });
    expect(clocks.before).toEqual(new Map());
    expect([...clocks.then.keys()]).toEqual([relay]);
    expect(clocks.after).toEqual(new Map());
  });

  it("ttl-early: what is to be kept has expired when it is written", async () => {
    const { arrived } = await befall("ttl-early", "record");
    const [{ TransactItems }] = arrived.map(({ input }) => input as Asked);
    expect(TransactItems[0]).toEqual({ Put: { TableName: "T" } });
    expect(Number(TransactItems[1].Put.Item.expiresAt.N)).toBeLessThan(9e9);
    expect(fitting("ttl-early")).toEqual(["record"]);
  });

  it("replay: the whole archive comes again, to everybody", async () => {
    const { arrived, asked } = await befall("replay", "events");
    expect(arrived).toHaveLength(1);
    expect(asked.at(-1)).toMatchObject({
      operation: "StartReplay",
      input: {
        EventSourceArn: "arn:aws:events:r:1:archive/A",
        EventStartTime: 0,
        Destination: { Arn: "arn:aws:events:r:1:event-bus/B" },
      },
    });
  });

  it("burial: of what a rule brings, and of no dead letter", () => {
    const dead = call("rule petstore-local-Sales", "sqs", "SendMessage", {
      QueueUrl: "x/SalesQueueDlqQueue",
    });
    const passage = pointsOf(new Map())(dead);
    expect(faultKinds.burial.fits(passage, dead)).toBe(false);
    expect(fitting("burial")).toEqual(["rule"]);
  });

  it("repeat nothing of SES, which knows no keys", () => {
    const repeating: FaultName[] = ["duplicate", "late-duplicate"];
    for (const fault of repeating) expect(fitting(fault), fault).not.toContain("mail");
  });
});
