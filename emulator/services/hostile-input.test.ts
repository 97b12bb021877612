import { describe, expect, it } from "vitest";
import { AwsError, administrator } from "../kernel/engine.ts";
import { startLambda } from "./lambda/testing/start-lambda.ts";
import { startSqs } from "./sqs/testing/start-sqs.ts";

const levels = 30_000;
const bottomless = (() => {
  let value: unknown = [];
  for (let i = 0; i < levels; i++) value = [value];
  return value;
})();
const bottomlessText = `${"[".repeat(levels)}${"]".repeat(levels)}`;

const refusal = async (call: Promise<unknown>): Promise<AwsError> => {
  const error = await call.then(
    () => {
      throw new Error("It was not refused");
    },
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(AwsError);
  expect((error as AwsError).message).not.toMatch(/call stack/);
  return error as AwsError;
};

const queueMembers = ["QueueName", "Attributes", "Entries", "MessageBody", "MessageAttributes"];
const functionMembers = ["FunctionName", "MemorySize", "Tags", "FilterCriteria", "Principal"];

describe("what has no bottom", () => {
  it.each([
    ["sqs", async () => (await startSqs()).cloud, queueMembers],
    ["lambda", async () => startLambda(() => null).cloud, functionMembers],
  ] as const)(
    "is refused by every operation of %s, wherever it stands",
    async (service, open, names) => {
      const cloud = await open();
      for (const operation of Object.keys(cloud.engines[service]?.operations ?? {}))
        for (const name of [...names, "Unknown"]) {
          const input = { [name]: bottomless };
          const { status } = await refusal(
            cloud.call({ caller: administrator, service, operation, input }),
          );
          expect(status, `${operation} ${name}`).toBe(400);
        }
    },
  );

  it.each(["Policy", "RedrivePolicy", "RedriveAllowPolicy"])(
    "is refused in the text of a queue's %s",
    async (name) => {
      const { queue } = await startSqs();
      for (const text of [
        bottomlessText,
        `{"maxReceiveCount":${bottomlessText},"deadLetterTargetArn":"arn"}`,
        `{"redrivePermission":${bottomlessText}}`,
        `{"Statement":${bottomlessText}}`,
      ])
        expect((await refusal(queue("Things", { [name]: text }))).status).toBe(400);
    },
  );

  it("is refused in a mapping's filter", async () => {
    const { lambda, create, queue } = startLambda(() => null);
    await create("Worker");
    const EventSourceArn = await queue("Queue");
    const nested = `${"[".repeat(2_000)}${"]".repeat(2_000)}`;
    for (const Pattern of [bottomlessText, nested, `{"body":${nested}}`]) {
      const FilterCriteria = { Filters: [{ Pattern }] };
      const input = { FunctionName: "Worker", EventSourceArn, FilterCriteria };
      expect((await refusal(lambda("CreateEventSourceMapping", input))).status).toBe(400);
    }
  });

  it("is a message like any other to a filter: it fits or it does not", async () => {
    const seen: string[] = [];
    const { clock, lambda, create, queue, send, depth } = startLambda((event) => {
      for (const { body } of event.Records) seen.push(body);
    });
    await create("Worker");
    const EventSourceArn = await queue("Queue");
    await lambda("CreateEventSourceMapping", {
      FunctionName: "Worker",
      EventSourceArn,
      FilterCriteria: {
        Filters: [{ Pattern: '{"body":{"a":[1]}}' }, { Pattern: '{"body":["x"]}' }],
      },
    });
    for (const body of [bottomlessText, "x", '{"a":1}']) await send("Queue", body);
    await clock.advance(1_000);
    expect(seen).toEqual(["x", '{"a":1}']);
    expect(await depth("Queue")).toEqual([0, 0]);
  });

  it("reaches a function as its payload", async () => {
    const { lambda, create } = startLambda(() => "done");
    await create("Worker");
    const answer = await lambda("Invoke", {
      FunctionName: "Worker",
      Payload: btoa(bottomlessText),
    });
    expect(atob(answer.Payload)).toBe('"done"');
  });
});

describe("what is longer than AWS allows is refused as AWS does", () => {
  it("a function's name, variables, memory and policy", async () => {
    const { lambda, create } = startLambda(() => null);
    await create("x".repeat(64));
    await expect(create("x".repeat(65))).rejects.toMatchObject({
      code: "InvalidParameterValueException",
      message: expect.stringContaining("Member must have length less than or equal to 64"),
    });
    await expect(create("Small", { MemorySize: 127 })).rejects.toMatchObject({ status: 400 });
    await expect(create("Wide", { Environment: { Variables: { A: 1 } } })).rejects.toMatchObject({
      code: "SerializationException",
    });
    await create("Worker");
    const allow = (StatementId: string) =>
      lambda("AddPermission", {
        ...{ FunctionName: "Worker", StatementId, Action: "lambda:InvokeFunction" },
        Principal: "events.amazonaws.com",
      });
    await expect(allow("x".repeat(101))).rejects.toMatchObject({ code: "ValidationException" });
    const fill = async () => {
      for (let i = 0; i < 200; i++) await allow(`statement-${i}`);
    };
    await expect(fill()).rejects.toMatchObject({
      code: "PolicyLengthExceededException",
      message: expect.stringMatching(
        /^The final policy size \(\d+\) is bigger than the limit \(20480\)/,
      ),
    });
  });

  it("a mapping's filters", async () => {
    const { lambda, create, queue } = startLambda(() => null);
    await create("Worker");
    const EventSourceArn = await queue("Queue");
    const map = (Filters: object[]) =>
      lambda("CreateEventSourceMapping", {
        ...{ FunctionName: "Worker", EventSourceArn, FilterCriteria: { Filters } },
      });
    const Pattern = '{"body":["x"]}';
    await expect(map(Array(6).fill({ Pattern }))).rejects.toMatchObject({ status: 400 });
    const long = JSON.stringify({ body: ["x".repeat(4096)] });
    await expect(map([{ Pattern: long }])).rejects.toMatchObject({ code: "ValidationException" });
    await map(Array(5).fill({ Pattern }));
  });

  it("a queue's tags", async () => {
    const { sqs, queue } = await startSqs();
    const QueueUrl = await queue("Things");
    const tag = (Tags: object) => sqs("TagQueue", { QueueUrl, Tags });
    await tag(Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`t${i}`, "x"])));
    for (const Tags of [{ more: "x" }, { ["k".repeat(129)]: "x" }, { t1: "v".repeat(257) }])
      await expect(tag(Tags)).rejects.toMatchObject({ code: "InvalidParameterValue" });
  });
});
