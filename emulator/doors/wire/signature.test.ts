import { expect, test } from "vitest";
import { virtualClock } from "../../kernel/clock.ts";
import { createCloud } from "../../kernel/cloud.ts";
import { administrator } from "../../kernel/engine.ts";
import { stsEngine } from "../../services/sts/engine.ts";
import { createKeyRing } from "./credentials.ts";
import { awsEndpoint } from "./endpoint.ts";
import type { WireRequest, WireResponse } from "./message.ts";
import { sign, signatureOf } from "./signature.ts";
import { presigned, signed } from "./testing/signed.ts";

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
  old: (service) => signed(asked[service], { ...signer, service, time: now - 901_000 }),
  "not yet": (service) => signed(asked[service], { ...signer, service, time: now + 901_000 }),
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
    const answer = await handle((wrong[way] as (of: Service) => WireRequest)(service));
    const said = (expected[way] ?? invalid)[columns[service]];
    const anonymous = way === "unsigned" && service === "sqs" ? "403 AccessDenied" : said;
    expect(`${answer.status} ${codeOf(answer)}`).toBe(anonymous);
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
  const ofSts = await handle(signed(asked.sts, { ...signer, time: now - 901_000 }));
  expect(String(ofSts.body)).toContain(
    "Signature expired: 20260101T114459Z is now earlier than 20260101T114500Z (20260101T120000Z - 15 min.)",
  );
});

const codeOf = ({ headers, body }: WireResponse) => {
  const text = String(body);
  return (
    headers["x-amzn-errortype"] ??
    headers["x-amzn-query-error"]?.split(";")[0] ??
    /<Code>(\w+)</.exec(text)?.[1] ??
    JSON.parse(text).__type.split("#").at(-1)
  );
};
const ask = (service: Service, changes: Partial<Parameters<typeof presigned>[1]> = {}) =>
  handle(presigned(asked[service], { ...signer, service, ...changes }));

test("a presigned request is good for as long as it says", async () => {
  const at = (seconds: number) => ask("sts", { time: now - seconds * 1000, expires: "60" });
  expect((await at(59)).status).toBe(200);
  for (const seconds of [60, 61]) {
    const { status, body } = await at(seconds);
    expect([status, String(body)]).toEqual([403, expect.stringContaining("- 60 sec.)")]);
  }
  expect((await ask("sts", { time: now - 604_799_000, expires: "604800" })).status).toBe(200);
});

test("a presigned request that does not say how long it is good for is not", async () => {
  for (const service of services) {
    const { status, body } = await ask(service);
    expect(status, service).toBeGreaterThanOrEqual(400);
    expect(String(body)).toContain(
      "AWS query-string parameters must include 'X-Amz-Expires'. Re-examine",
    );
  }
});

test.each(["Signature", "Algorithm", "Credential", "Expires", "Date"])(
  "a presigned request with a second X-Amz-%s is refused",
  async (name) => {
    const request = presigned(asked.sts, { ...signer, expires: "60" });
    const again = new URLSearchParams(request.query).get(`X-Amz-${name}`) ?? "";
    expect((await handle(request)).status).toBe(200);
    for (const value of [again, "0".repeat(64)]) {
      const query = `${request.query}&X-Amz-${name}=${encodeURIComponent(value)}`;
      const { status, body } = await handle({ ...request, query });
      expect([status, String(body)]).toEqual([
        403,
        expect.stringContaining(`must include 'X-Amz-${name}' only once`),
      ]);
    }
  },
);

test.each([
  ["604801", "X-Amz-Expires must be less than a week (in seconds)"],
  ["abc", "X-Amz-Expires should be a number"],
  ["", "AWS query-string parameters must include 'X-Amz-Expires'."],
  ["1e3", "X-Amz-Expires should be a number"],
  ["60.5", "X-Amz-Expires should be a number"],
  ["-1", "X-Amz-Expires must be non-negative"],
  ["0", "Signature expired:"],
])("a presigned request that says it is good for %j seconds is not", async (expires, words) => {
  for (const service of services) {
    const { status, body } = await ask(service, { expires });
    expect(status, service).toBeGreaterThanOrEqual(400);
    expect(String(body)).toContain(words);
  }
});

test("a signature is for one service: it opens no other, signed either way", async () => {
  for (const service of services)
    for (const other of services) {
      if (other === service) continue;
      const answers = [
        await handle(signed(asked[service], { ...signer, service: other })),
        await ask(service, { service: other, expires: "60" }),
      ];
      for (const answer of answers) {
        expect(codeOf(answer), `${other} for ${service}`).toMatch(
          /^(InvalidSignatureException|SignatureDoesNotMatch)$/,
        );
        expect(String(answer.body)).toContain(
          `Credential should be scoped to correct service: '${service}'. `,
        );
      }
    }
});

test("all that is wrong with a scope is said at once", async () => {
  const scope = { service: "sqs", region: "eu-west-1", date: "20251231", term: "aws5_request" };
  const { body } = await handle(signed(asked.dynamodb, { ...signer, ...scope }));
  expect(JSON.parse(String(body))).toEqual({
    __type: "com.amazon.coral.service#InvalidSignatureException",
    message:
      "Credential should be scoped to a valid region, not 'eu-west-1'. Credential should be scoped to correct service: 'dynamodb'. Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5_request'. Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20251231' != '20260101', from '20260101T120000Z'.",
  });
});

const spoiltScopes: [what: string, request: WireRequest, words: string][] = [
  [
    "yesterday in the scope of a presigned request",
    presigned(asked.sts, { ...signer, date: "20251231", expires: "60" }),
    "Date in Credential scope does not match",
  ],
  [
    "no host among the signed headers",
    signed(asked.sts, { ...signer, signedHeaders: ["x-amz-date"] }),
    "'Host' must be a 'SignedHeader' in the AWS Authorization.",
  ],
  [
    "two signatures",
    (() => {
      const { headers } = signed(asked.sts, signer);
      const inQuery = presigned(asked.sts, { ...signer, expires: "60" });
      return { ...inQuery, headers };
    })(),
    "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.",
  ],
  [
    "another algorithm",
    (() => {
      const request = presigned(asked.sts, { ...signer, expires: "60" });
      return { ...request, query: request.query.replace("HMAC-SHA256", "HMAC-SHA1") };
    })(),
    "Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA1'",
  ],
  [
    "a session that is not one",
    signed(
      { ...asked.sts, headers: { ...asked.sts.headers, "x-amz-security-token": "guessed" } },
      signer,
    ),
    "The security token included in the request is invalid",
  ],
];
test.each(spoiltScopes)("%s: refused", async (_what, request, words) => {
  const { status, body } = await handle(request);
  expect(status).toBe(403);
  expect(String(body)).toContain(words);
});
