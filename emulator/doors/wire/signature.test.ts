import { expect, test } from "vitest";
import { virtualClock } from "../../kernel/clock.ts";
import { createCloud } from "../../kernel/cloud.ts";
import { administrator } from "../../kernel/engine.ts";
import { stsEngine } from "../../services/sts/engine.ts";
import { createKeyRing } from "./credentials.ts";
import { awsEndpoint } from "./endpoint.ts";
import type { WireRequest } from "./message.ts";
import { sign, signatureOf } from "./signature.ts";
import { signed } from "./testing/signed.ts";

const now = Date.parse("2026-01-01T12:00:00Z");
const cloud = createCloud(virtualClock(), [stsEngine]);
const keys = createKeyRing(cloud.clock);
const { accessKeyId, secretAccessKey } = keys.issue(administrator);
const handle = awsEndpoint(cloud, keys, { now: () => now });
const signer = { accessKeyId, secretAccessKey, service: "sts", time: now };

test("signs AWS's own example as AWS does", () => {
  const request: WireRequest = {
    method: "GET",
    path: "/",
    query: "Action=ListUsers&Version=2010-05-08",
    headers: {
      host: "iam.amazonaws.com",
      "content-type": "application/x-www-form-urlencoded; charset=utf-8",
      "x-amz-date": "20150830T123600Z",
      authorization:
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=x",
    },
    body: Buffer.from(""),
  };
  const signature = signatureOf(request);
  expect(signature && sign(request, signature, "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")).toBe(
    "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7",
  );
});

const asked = {
  sts: {
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: "Action=GetCallerIdentity&Version=2011-06-15",
  },
  sqs: { headers: { "x-amz-target": "AmazonSQS.ListQueues" }, body: "{}" },
  dynamodb: { headers: { "x-amz-target": "DynamoDB_20120810.ListTables" }, body: "{}" },
  events: { headers: { "x-amz-target": "AWSEvents.ListRules" }, body: "{}" },
  states: { headers: { "x-amz-target": "AWSStepFunctions.ListStateMachines" }, body: "{}" },
  lambda: { method: "GET", path: "/2015-03-31/functions" },
  scheduler: { method: "GET", path: "/schedules" },
};
type Service = keyof typeof asked;
const services = Object.keys(asked) as Service[];

const wrong: Record<string, (service: Service) => WireRequest> = {
  unsigned: (service) => {
    const { headers, ...rest } = signed(asked[service], { ...signer, service });
    const { authorization: _, ...others } = headers;
    return { ...rest, headers: others };
  },
  incomplete: (service) => {
    const request = signed(asked[service], { ...signer, service });
    const authorization = String(request.headers.authorization).split(", ")[0] as string;
    return { ...request, headers: { ...request.headers, authorization } };
  },
  "unknown key": (service) => signed(asked[service], { ...signer, service, accessKeyId: "AKIA" }),
  "wrong secret": (service) =>
    signed(asked[service], { ...signer, service, secretAccessKey: "guessed" }),
  "changed body": (service) => ({
    ...signed(asked[service], { ...signer, service }),
    body: Buffer.from('{"Limit":1}'),
  }),
  old: (service) => signed(asked[service], { ...signer, service, time: now - 301_000 }),
  "not yet": (service) => signed(asked[service], { ...signer, service, time: now + 301_000 }),
  "other region": (service) => signed(asked[service], { ...signer, service, region: "eu-west-1" }),
};

/** Code and status of each way, by how services speak: AWS JSON, REST, and SQS and STS with their older names. */
const expected: Record<string, [json: string, rest: string, older: string]> = {
  unsigned: [
    "400 MissingAuthenticationTokenException",
    "403 MissingAuthenticationTokenException",
    "403 MissingAuthenticationToken",
  ],
  incomplete: [
    "400 IncompleteSignatureException",
    "403 IncompleteSignatureException",
    "403 IncompleteSignature",
  ],
  "unknown key": [
    "400 UnrecognizedClientException",
    "403 UnrecognizedClientException",
    "403 InvalidClientTokenId",
  ],
};
const invalid: [string, string, string] = [
  "400 InvalidSignatureException",
  "403 InvalidSignatureException",
  "403 SignatureDoesNotMatch",
];
const columns: Record<Service, number> = {
  dynamodb: 0,
  events: 0,
  states: 0,
  lambda: 1,
  scheduler: 1,
  sqs: 2,
  sts: 2,
};

test.each(Object.keys(wrong).flatMap((way) => services.map((service) => [way, service] as const)))(
  "%s: %s says it in its own words",
  async (way, service) => {
    const { status, headers, body } = await handle(
      (wrong[way] as (of: Service) => WireRequest)(service),
    );
    const text = String(body);
    const code =
      headers["x-amzn-errortype"] ??
      headers["x-amzn-query-error"]?.split(";")[0] ??
      /<Code>(\w+)</.exec(text)?.[1] ??
      JSON.parse(text).__type.split("#").at(-1);
    const said = (expected[way] ?? invalid)[columns[service]];
    const anonymous = way === "unsigned" && service === "sqs" ? "403 AccessDenied" : said;
    expect(`${status} ${code}`).toBe(anonymous);
  },
);

test("says how far a signature is off", async () => {
  const at = async (time: number) =>
    String((await handle(signed(asked.lambda, { ...signer, service: "lambda", time }))).body);
  expect(await at(now - 301_000)).toContain(
    "Signature expired: 20260101T115459Z is now earlier than 20260101T115500Z (20260101T120000Z - 5 min.)",
  );
  expect(await at(now + 301_000)).toContain(
    "Signature not yet current: 20260101T120501Z is still later than 20260101T120500Z (20260101T120000Z + 5 min.)",
  );
});

test("a presigned request is good for as long as it says", async () => {
  const presigned = (time: number) => {
    const at = new Date(time).toISOString().replaceAll(/[-:]|\.\d+/g, "");
    const scope = { accessKeyId, date: at.slice(0, 8), region: "us-east-1", service: "sts" };
    const credential = `${accessKeyId}/${scope.date}/us-east-1/sts/aws4_request`;
    const query = `X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=${encodeURIComponent(credential)}&X-Amz-Date=${at}&X-Amz-Expires=60&X-Amz-SignedHeaders=host`;
    const request = {
      method: "POST",
      path: "/",
      query,
      headers: { host: "127.0.0.1", "content-type": "application/x-www-form-urlencoded" },
      body: Buffer.from(asked.sts.body),
    };
    const signature = sign(
      request,
      { ...scope, signedHeaders: ["host"], at, signature: "" },
      secretAccessKey,
    );
    return handle({ ...request, query: `${query}&X-Amz-Signature=${signature}` });
  };
  expect((await presigned(now - 59_000)).status).toBe(200);
  const { status, body } = await presigned(now - 61_000);
  expect([status, String(body)]).toEqual([403, expect.stringContaining("- 60 sec.)")]);
});
