import { expect, test } from "vitest";
import { virtualClock } from "../../kernel/clock.ts";
import { createCloud, type Fact } from "../../kernel/cloud.ts";
import { AwsError, type Engine, type World } from "../../kernel/engine.ts";
import { createIssuer } from "../issuer/issuer.ts";
import type { WireRequest } from "../wire/message.ts";
import { dispatcher } from "./dispatch.ts";
import { functionUrl, httpApi } from "./front.ts";

const front = { apiId: "api", accountId: "1", domainName: "127.0.0.1:3000", stage: "$default" };

// biome-ignore lint/suspicious/noExplicitAny: whatever event reached the function
type Run = (event: any, world: World) => unknown;

const issuerUrl = "http://127.0.0.1:3000/issuer";
const signedIn = { issuer: issuerUrl, audiences: ["acme"], header: "authorization" };

/** An API in front of one function, which is `run`. */
const setUp = (run: Run, options: Partial<Parameters<typeof httpApi>[1]> = {}) => {
  const clock = virtualClock();
  const issuer = createIssuer(clock, issuerUrl, "acme");
  const lambda = (world: World): Engine => ({
    service: "lambda",
    operations: {
      Invoke: async ({ Payload }) => {
        const result = await run(JSON.parse(Buffer.from(Payload, "base64").toString()), world);
        if (result instanceof Error)
          return { FunctionError: "Unhandled", Payload: Buffer.from("{}").toString("base64") };
        const text = JSON.stringify(result) ?? "null";
        return { StatusCode: 200, Payload: Buffer.from(text).toString("base64") };
      },
    },
  });
  const cloud = createCloud(clock, [lambda]);
  const facts: Fact[] = [];
  cloud.observe((fact) => facts.push(fact));
  const api = {
    name: "acme",
    front,
    routes: [
      { routeKey: "POST /things/{thingId}", functionName: "F" },
      { routeKey: "GET /things", functionName: "F" },
    ],
    ...options,
  };
  const handle = httpApi(cloud, api, dispatcher({ "http://127.0.0.1:3000": door }));
  function door(request: WireRequest) {
    return issuer.handle({ ...request, path: request.path.replace("/issuer", "") });
  }
  return { cloud, clock, issuer, handle, facts };
};

const request = (over: Partial<Omit<WireRequest, "body">> & { body?: string } = {}) => ({
  method: "POST",
  path: "/things/thg_1",
  query: "",
  headers: { "content-type": "application/json" },
  ...over,
  body: Buffer.from(over.body ?? ""),
});

const echo: Run = (event) => event;

test("the function gets an event of payload format 2.0", async () => {
  const { handle } = setUp(echo);
  const answer = await handle(
    request({
      query: "a=1&a=2&b=%20",
      headers: {
        "content-type": "application/json",
        cookie: "x=1; y=2",
        traceparent: "00-1-2-01",
        "user-agent": "test",
      },
      body: '{"é":1}',
    }),
  );
  expect(JSON.parse(String(answer.body))).toEqual({
    version: "2.0",
    routeKey: "POST /things/{thingId}",
    rawPath: "/things/thg_1",
    rawQueryString: "a=1&a=2&b=%20",
    cookies: ["x=1", "y=2"],
    headers: {
      "content-type": "application/json",
      traceparent: "00-1-2-01",
      "user-agent": "test",
      "x-forwarded-for": "127.0.0.1",
      "x-forwarded-proto": "http",
    },
    queryStringParameters: { a: "1,2", b: " " },
    pathParameters: { thingId: "thg_1" },
    requestContext: {
      accountId: "1",
      apiId: "api",
      domainName: "127.0.0.1:3000",
      domainPrefix: "api",
      http: {
        method: "POST",
        path: "/things/thg_1",
        protocol: "HTTP/1.1",
        sourceIp: "127.0.0.1",
        userAgent: "test",
      },
      requestId: "api-1",
      routeKey: "POST /things/{thingId}",
      stage: "$default",
      time: "01/Jan/2026:00:00:00 +0000",
      timeEpoch: Date.UTC(2026, 0, 1),
    },
    body: '{"é":1}',
    isBase64Encoded: false,
  });
});

test("a body that is no text arrives in base64", async () => {
  const { handle } = setUp(({ body, isBase64Encoded }) => ({ body, isBase64Encoded }));
  const binary = { "content-type": "application/octet-stream" };
  const answer = await handle(request({ headers: binary, body: "hi" }));
  expect(JSON.parse(String(answer.body))).toEqual({ body: "aGk=", isBase64Encoded: true });
  const broken = await handle({ ...request(), body: new Uint8Array([0xff, 0xfe]) });
  expect(JSON.parse(String(broken.body))).toEqual({ body: "//4=", isBase64Encoded: true });
});

test("the path has its escapes read before it finds its route, and ends where one was a question mark", async () => {
  const { handle } = setUp(({ rawPath, routeKey, pathParameters, requestContext }) => ({
    path: [rawPath, requestContext.http.path],
    routeKey,
    pathParameters,
  }));
  const ask = async (path: string) => JSON.parse(String((await handle(request({ path }))).body));
  expect(await ask("/things/a%20%25b")).toEqual({
    path: ["/things/a %b", "/things/a %b"],
    routeKey: "POST /things/{thingId}",
    pathParameters: { thingId: "a %b" },
  });
  expect((await ask("/things/a%3Fb")).path[0]).toBe("/things/a");
  expect(await ask("/things/a%2Fb")).toEqual({ message: "Not Found" });
  expect((await ask("/things/%E0%A4%A")).path[0]).toBe("/things/%E0%A4%A");
});

test("parameters that are named like what every object has are parameters", async () => {
  const { handle } = setUp(({ queryStringParameters }) => Object.entries(queryStringParameters));
  const { body } = await handle(request({ query: "constructor=1&__proto__=2&__proto__=3" }));
  expect(JSON.parse(String(body))).toEqual([
    ["constructor", "1"],
    ["__proto__", "2,3"],
  ]);
});

test("the line of a request and its headers' values have 10,240 bytes together", async () => {
  const { handle } = setUp(echo);
  const line = "POST /things/thg_1? HTTP/1.1".length;
  const status = async (size: number) =>
    (await handle(request({ headers: { "x-long": "x".repeat(size - line) } }))).status;
  expect([await status(10_240), await status(10_241)]).toEqual([200, 431]);
});

test("a body is the function's to read, however deep it goes", async () => {
  const { handle } = setUp(({ body }) => ({ statusCode: 200, body: String(body.length) }));
  const body = "[".repeat(30_000) + "]".repeat(30_000);
  expect(await handle(request({ body }))).toMatchObject({ status: 200, body: "60000" });
});

test("status, headers, cookies and body of the function's answer reach the client", async () => {
  const { handle } = setUp(() => ({
    statusCode: 201,
    headers: { Location: "/things/1", "X-Count": 3 },
    cookies: ["a=1", "b=2"],
    body: "aGk=",
    isBase64Encoded: true,
  }));
  const answer = await handle(request());
  expect(answer).toMatchObject({
    status: 201,
    headers: { location: "/things/1", "x-count": "3", "set-cookie": "a=1\nb=2" },
  });
  expect(String(answer.body)).toBe("hi");
});

test("an answer without a status code is JSON with 200", async () => {
  const { handle } = setUp(() => ["a"]);
  expect(await handle(request())).toMatchObject({ status: 200, body: '["a"]' });
});

test.each([
  ["a function that fails", () => new Error("boom"), 500, "Internal Server Error"],
  ["a status code that is none", () => ({ statusCode: 99 }), 500, "Internal Server Error"],
  [
    "a function that is throttled",
    () => {
      throw new AwsError("TooManyRequestsException", "Rate Exceeded.", 429);
    },
    503,
    "Service Unavailable",
  ],
] as const)("%s is a %i for the client", async (_title, run, status, message) => {
  const { handle, facts } = setUp(run);
  const answer = await handle(request());
  expect(answer.status).toBe(status);
  expect(JSON.parse(String(answer.body))).toEqual({ message });
  expect(facts.at(-1)).toMatchObject({ kind: "api.response", status, function: "F" });
});

test("a function that is silent for 30 seconds is given up", async () => {
  const { handle, clock } = setUp(
    (_event, { clock }) => new Promise((resolve) => clock.after(31_000, "late", () => resolve(1))),
  );
  const answer = handle(request());
  await clock.advance(30_000);
  expect(await answer).toMatchObject({
    status: 503,
    body: '{"message":"Service Unavailable"}',
  });
});

test("what has no route is a 404, and the function is not asked", async () => {
  const { handle, facts } = setUp(echo);
  const answer = await handle(request({ path: "/nowhere" }));
  expect(answer).toMatchObject({ status: 404, body: '{"message":"Not Found"}' });
  expect(facts).toMatchObject([{ kind: "api.response", status: 404, path: "/nowhere" }]);
});

test("a body over 10 MB is a 413", async () => {
  const { handle } = setUp(echo);
  const answer = await handle({ ...request(), body: new Uint8Array(10 * 1024 * 1024 + 1) });
  expect(answer.status).toBe(413);
});

test("more requests than the burst are a 429, until the rate has refilled it", async () => {
  const { handle, clock } = setUp(echo, { throttle: { rate: 1, burst: 2 } });
  const status = async () => (await handle(request())).status;
  expect([await status(), await status(), await status()]).toEqual([200, 200, 429]);
  await clock.advance(1000);
  expect([await status(), await status()]).toEqual([200, 429]);
});

test("a route with a throttle of its own takes no other's turn, and no other takes its", async () => {
  const { handle, facts } = setUp(echo, {
    throttle: { rate: 1, burst: 1 },
    routes: [
      { routeKey: "GET /own", functionName: "F", throttle: { rate: 1, burst: 2 } },
      { routeKey: "GET /one", functionName: "F" },
      { routeKey: "GET /two", functionName: "F" },
    ],
  });
  const status = async (path: string) => (await handle(request({ method: "GET", path }))).status;
  expect([await status("/own"), await status("/one"), await status("/two")]).toEqual([
    200, 200, 429,
  ]);
  expect([await status("/own"), await status("/own"), await status("/none")]).toEqual([
    200, 429, 429,
  ]);
  expect(facts.filter(({ status }) => status === 429)).toMatchObject([
    { routeKey: "GET /two" },
    { routeKey: "GET /own" },
    { path: "/none" },
  ]);
});

test("a route with an authorizer runs its function for a good token only, and tells it the claims", async () => {
  const { handle, issuer, facts } = setUp(echo, {
    cors: { allowOrigins: ["*"], allowHeaders: ["authorization"] },
    routes: [
      { routeKey: "GET /mine", functionName: "F", authorizer: signedIn },
      { routeKey: "GET /all", functionName: "F" },
    ],
  });
  const ask = (path: string, headers: Record<string, string> = {}) =>
    handle(request({ method: "GET", path, headers }));
  expect(await ask("/mine")).toMatchObject({
    status: 401,
    headers: { "content-type": "application/json", "www-authenticate": "Bearer" },
    body: '{"message":"Unauthorized"}',
  });
  expect(await ask("/mine", { authorization: "Bearer x" })).toMatchObject({
    status: 401,
    headers: { "www-authenticate": expect.stringContaining('error="invalid_token"') },
  });
  expect(facts).toMatchObject([
    { kind: "api.response", status: 401, routeKey: "GET /mine" },
    { kind: "api.response", status: 401, routeKey: "GET /mine" },
  ]);
  const ada = { sub: "ada-1", name: "ada", email: "ada@example.com", groups: [] };
  const answer = await ask("/mine", { authorization: `Bearer ${issuer.token(ada)}` });
  expect(JSON.parse(String(answer.body)).requestContext.authorizer).toMatchObject({
    jwt: { claims: { sub: "ada-1", aud: "acme" }, scopes: null },
  });
  const all = await ask("/all");
  expect(JSON.parse(String(all.body)).requestContext).not.toHaveProperty("authorizer");
  const preflight = { origin: "https://acme.example", "access-control-request-method": "GET" };
  const options = request({ method: "OPTIONS", path: "/mine", headers: preflight });
  expect((await handle(options)).status).toBe(204);
});

test("a preflight is answered by the API itself, for its origins only", async () => {
  const { handle, facts } = setUp(echo, {
    cors: {
      allowOrigins: ["https://acme.example"],
      allowMethods: ["GET", "POST"],
      allowHeaders: ["authorization"],
      exposeHeaders: ["location"],
      maxAge: 60,
    },
  });
  const preflight = (origin: string) =>
    handle(
      request({
        method: "OPTIONS",
        headers: { origin, "access-control-request-method": "POST" },
      }),
    );
  expect(await preflight("https://acme.example")).toMatchObject({
    status: 204,
    headers: {
      "access-control-allow-origin": "https://acme.example",
      "access-control-allow-methods": "GET,POST",
      "access-control-allow-headers": "authorization",
      "access-control-max-age": "60",
    },
  });
  expect((await preflight("https://evil.example")).headers).toEqual({});
  expect(facts).toEqual([]);
  const answer = await handle(request({ headers: { origin: "https://acme.example" } }));
  expect(answer.headers).toMatchObject({
    "access-control-allow-origin": "https://acme.example",
    "access-control-expose-headers": "location",
  });
});

test("a function URL hands over everything under $default and answers 502 for a failure", async () => {
  const { cloud } = setUp(({ routeKey, rawPath }) =>
    rawPath === "/fail" ? new Error("boom") : { routeKey, rawPath },
  );
  const handle = functionUrl(cloud, { functionName: "F", front });
  const answer = await handle(request({ path: "/authorize" }));
  expect(JSON.parse(String(answer.body))).toEqual({ routeKey: "$default", rawPath: "/authorize" });
  expect((await handle(request({ path: "/fail" }))).status).toBe(502);
});

test("the dispatcher answers for its own origins and lets nothing out", async () => {
  const { handle } = setUp(({ body, headers }) => ({
    statusCode: 200,
    headers: { "x-type": headers["content-type"] },
    cookies: ["a=1"],
    body,
  }));
  const refused: string[] = [];
  const fetchInside = dispatcher({ "http://127.0.0.1:3000": handle }, (url) => refused.push(url));
  const response = await fetchInside("http://127.0.0.1:3000/things/1", {
    method: "POST",
    body: "hello",
    headers: { "content-type": "text/plain" },
  });
  expect(await response.text()).toBe("hello");
  expect(response.headers.get("x-type")).toBe("text/plain");
  expect(response.headers.getSetCookie()).toEqual(["a=1"]);
  await expect(fetchInside("https://api.stripe.com/v1")).rejects.toThrow(
    "The emulator lets no call out: https://api.stripe.com is not one of its addresses.",
  );
  expect(refused).toEqual(["https://api.stripe.com/v1"]);
});
