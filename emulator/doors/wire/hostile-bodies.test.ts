import { deflateSync, gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { virtualClock } from "../../kernel/clock.ts";
import { createCloud, type Fact } from "../../kernel/cloud.ts";
import { administrator, type Call, type Engine } from "../../kernel/engine.ts";
import { createKeyRing } from "./credentials.ts";
import { awsEndpoint } from "./endpoint.ts";
import type { WireRequest } from "./message.ts";
import { signed } from "./testing/signed.ts";

const clock = virtualClock();
const engine = (service: string, operation: string) => (): Engine => ({
  service,
  operations: { [operation]: () => ({}) },
});
const calls: Call[] = [];
const facts: Fact[] = [];
const cloud = createCloud(clock, [
  engine("dynamodb", "PutItem"),
  engine("streams", "GetRecords"),
  engine("sqs", "SendMessageBatch"),
  engine("events", "PutEvents"),
  engine("states", "StartExecution"),
  engine("lambda", "CreateFunction"),
  engine("scheduler", "CreateSchedule"),
  engine("ses", "SendEmail"),
]);
cloud.guard((call, next) => {
  calls.push(call);
  return next(call);
});
cloud.observe((fact) => facts.push(fact));
const keys = createKeyRing(clock);
const credentials = keys.issue(administrator);
const handle = awsEndpoint(cloud, keys);

type Asked = Partial<Omit<WireRequest, "body">>;
const json = (target: string): Asked => ({ headers: { "x-amz-target": target } });
const requests: [service: string, asked: Asked, signedFor?: string][] = [
  ["dynamodb", json("DynamoDB_20120810.PutItem")],
  ["streams", json("DynamoDBStreams_20120810.GetRecords"), "dynamodb"],
  ["sqs", json("AmazonSQS.SendMessageBatch")],
  ["events", json("AWSEvents.PutEvents")],
  ["states", json("AWSStepFunctions.StartExecution")],
  ["lambda", { path: "/2015-03-31/functions" }],
  ["scheduler", { path: "/schedules/x" }],
  ["ses", { path: "/v2/email/outbound-emails" }],
];
const send = (service: string, asked: Asked, body: string | Uint8Array) =>
  handle(signed({ ...asked, body }, { ...credentials, service }));

const nested = (open: string, close: string, levels: number) =>
  open.repeat(levels) + close.repeat(levels);

test.each(requests)("30,000 levels of JSON are no request to %s", async (service, asked, name) => {
  const before = calls.length;
  for (const body of [
    `{"Item":${nested("[", "]", 30_000)}}`,
    `{"Item":${nested('{"M":', "}", 30_000)}}`,
    "[".repeat(30_000),
  ]) {
    const answer = await send(name ?? service, asked, body);
    expect(answer.status).toBe(400);
    expect(`${answer.headers["x-amzn-errortype"]} ${answer.body}`).toMatch(
      /SerializationException|InvalidRequestContentException/,
    );
  }
  expect(calls.length).toBe(before);
  expect(facts.filter(({ kind }) => kind === "defect")).toEqual([]);
});

const form = { headers: { "content-type": "application/x-www-form-urlencoded" } };

test.each([
  ["batches in batches", `${"SendMessageBatchRequestEntry.1.".repeat(30_000)}Id=x`],
  ["a list of lists", `${"1.".repeat(30_000)}=x`],
  ["an attribute's value", `MessageAttribute.1.Value${".x".repeat(30_000)}=x`],
])("30,000 levels in a form are no request either: %s", async (_what, parameter) => {
  const { status, body } = await send("sqs", form, `Action=SendMessageBatch&${parameter}`);
  expect(status).toBe(400);
  expect(String(body)).toContain("<Code>MalformedInput</Code>");
});

test("what nobody knows is refused by name, however it is written", async () => {
  for (const asked of [
    { path: "/service/GraniteServiceVersion20100801/operation/PutMetricData" },
    { method: "GET", path: "/bucket", headers: {} },
    { ...form, path: "/" },
  ]) {
    const { status, body } = await send("monitoring", asked, "Action=PutMetricData");
    expect([status, String(body)]).toEqual([404, expect.stringContaining("does not have")]);
  }
});

const put = '{"TableName":"Things"}';
const dynamo = (encoding: string, body: string | Uint8Array) => {
  const { headers, ...asked } = json("DynamoDB_20120810.PutItem");
  return send(
    "dynamodb",
    { ...asked, headers: { ...headers, "content-encoding": encoding } },
    body,
  );
};

test.each([
  ["gzip", gzipSync(put)],
  ["GZip", gzipSync(put)],
  ["gzip", Buffer.concat([gzipSync(put.slice(0, 9)), gzipSync(put.slice(9))])],
  ["deflate", deflateSync(put)],
  ["identity", Buffer.from(put)],
])("a body compressed with %s is read", async (encoding, body) => {
  expect((await dynamo(encoding, body)).status).toBe(200);
  expect(calls.at(-1)?.input).toEqual({ TableName: "Things" });
});

test("forms and documents of other services may be compressed as well", async () => {
  const packed = { "content-encoding": "gzip" };
  const batch = "Action=SendMessageBatch&QueueUrl=q";
  await send("sqs", { headers: { ...form.headers, ...packed } }, gzipSync(batch));
  expect(calls.at(-1)?.input).toMatchObject({ QueueUrl: "q" });
  await send("scheduler", { path: "/schedules/x", headers: packed }, gzipSync('{"State":"on"}'));
  expect(calls.at(-1)?.input).toEqual({ State: "on", Name: "x" });
});

test.each([
  ["an encoding that nobody knows", "garbage", put],
  ["plain text that calls itself compressed", "gzip", put],
  ["nothing that calls itself compressed", "gzip", ""],
  ["half of it", "gzip", gzipSync(put).subarray(0, -1)],
])("%s fails as DynamoDB fails, and nothing is done", async (_what, encoding, body) => {
  const before = calls.length;
  const { status, body: said } = await dynamo(encoding, body);
  expect([status, String(said)]).toEqual([500, expect.stringContaining("InternalServerError")]);
  expect(calls.length).toBe(before);
  expect(facts.filter(({ kind }) => kind === "defect")).toEqual([]);
});

test("a small body that unpacks to a large one is refused", async () => {
  const bomb = gzipSync(`${put.slice(0, -1)}${" ".repeat(16 * 1024 * 1024)}}`);
  expect(bomb.length).toBeLessThan(20_000);
  expect((await dynamo("gzip", bomb)).status).toBe(413);
});

test("the signature is of what was sent: nobody's compressed body stays nobody's", async () => {
  const request = signed(
    {
      headers: { "x-amz-target": "DynamoDB_20120810.PutItem", "content-encoding": "gzip" },
      body: gzipSync(put),
    },
    { ...credentials, service: "dynamodb" },
  );
  const { status, body } = await handle({ ...request, body: gzipSync(`${put} `) });
  expect([status, String(body)]).toEqual([
    400,
    expect.stringContaining("InvalidSignatureException"),
  ]);
});

test("a form of more parameters than any request has is none, and is not read to its end", async () => {
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  const before = calls.length;
  const form = (pairs: number) =>
    send("sqs", { headers }, `Action=SendMessageBatch&${Array(pairs).fill("a=b").join("&")}`);
  const { status, body } = await form(5_000);
  expect([status, String(body)]).toEqual([400, expect.stringContaining("MalformedInput")]);
  expect(calls.length).toBe(before);
  expect((await form(4_999)).status).toBe(200);
});
