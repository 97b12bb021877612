import { AwsError, type Caller, type World } from "../../kernel/engine.ts";
import { viaFunctionUrl } from "../../services/iam/actions.ts";
import type { WireHandler, WireRequest, WireResponse } from "../wire/message.ts";
import { decodePart } from "../wire/rest-routes.ts";
import { type Cors, preflight, withCors } from "./cors.ts";
import { type Fetch, type JwtConfiguration, jwtAuthorizer } from "./jwt-authorizer.ts";
import { type Front, proxyEvent } from "./proxy.ts";
import { frontAnswer, proxyAnswer } from "./proxy-answer.ts";
import { type RouteKey, routeTable } from "./routes.ts";
import { type Throttle, tokenBucket } from "./throttle.ts";

const errorOf = (status: number) =>
  frontAnswer(status, status === 503 ? "Service Unavailable" : "Internal Server Error");

const unauthorized = (challenge: string): WireResponse => {
  const { headers, ...answer } = frontAnswer(401, "Unauthorized");
  return { ...answer, headers: { ...headers, "www-authenticate": challenge } };
};

type Attempt = { response: WireResponse; functionError?: string };

/** Invokes the function with the event and waits at most `timeout` milliseconds for its answer. */
const integrate = (
  world: World,
  call: { caller: Caller; functionName: string; event: unknown; timeout: number; failure: number },
): Promise<Attempt> => {
  const { caller, functionName, event, timeout, failure } = call;
  const invoked = world
    .call({
      caller,
      service: "lambda",
      operation: "Invoke",
      input: {
        FunctionName: functionName,
        InvocationType: "RequestResponse",
        Payload: Buffer.from(JSON.stringify(event)).toString("base64"),
      },
    })
    .then(
      (result): Attempt => {
        const payload = Buffer.from(result.Payload ?? "", "base64").toString("utf8");
        if (result.FunctionError)
          return { response: errorOf(failure), functionError: payload.slice(0, 2000) };
        const response = proxyAnswer(payload);
        return response
          ? { response }
          : { response: errorOf(failure), functionError: "not a proxy response" };
      },
      (error): Attempt => {
        const functionError = error instanceof Error ? error.message : String(error);
        if (error instanceof AwsError && error.code === "RequestTooLargeException")
          return { response: frontAnswer(413, "Request Entity Too Large"), functionError };
        const throttled = error instanceof AwsError && error.code === "TooManyRequestsException";
        return { response: errorOf(throttled ? 503 : 500), functionError };
      },
    );
  return new Promise((resolve) => {
    const timer = world.clock.after(timeout, `give up on ${functionName}`, () =>
      resolve({ response: errorOf(503), functionError: `no answer in ${timeout} ms` }),
    );
    void invoked.then((attempt) => {
      timer.cancel();
      resolve(attempt);
    });
  });
};

/** A route, with what it has of its own beside its function. */
export type Route = {
  routeKey: RouteKey;
  functionName: string;
  timeout?: number;
  authorizer?: JwtConfiguration;
  throttle?: Throttle;
};

/** An HTTP API of the graph, as API Gateway v2 serves it. */
export type HttpApi = {
  name: string;
  front: Front;
  routes: Route[];
  cors?: Cors | undefined;
  /** Of all requests together whose route has none of its own. */
  throttle?: Throttle;
};

/** What stands before a route's function: its bucket and its authorizer, which routes share that name the same. */
const guardsOf = ({ clock }: World, { routes, throttle }: HttpApi, fetch: Fetch) => {
  const shared = tokenBucket(clock, throttle);
  const authorizers = new Map(
    routes.flatMap(({ authorizer }) =>
      authorizer ? [[authorizer, jwtAuthorizer(clock, authorizer, fetch)] as const] : [],
    ),
  );
  const targets = new Map(
    routes.map((route) => {
      const { routeKey, authorizer, throttle } = route;
      const admit = throttle ? tokenBucket(clock, throttle) : shared;
      return [routeKey, { ...route, admit, authorize: authorizer && authorizers.get(authorizer) }];
    }),
  );
  return { shared, targets };
};

const maxBody = 10 * 1024 * 1024;
/** What the line of a request and the values of its headers may have together, in bytes. */
const maxHead = 10_240;

const headOf = ({ method, path, query, headers }: WireRequest) =>
  Object.values(headers).reduce(
    (sum, value) => sum + value.length,
    `${method} ${path}?${query} HTTP/1.1`.length,
  );

/** The path as API Gateway reads it: without escapes, up to a question mark even where that was one. */
const readPath = (path: string) => decodePart(path).split("?", 1)[0] as string;

/**
 * Serves an HTTP API: routes, payload format 2.0, JWT authorizers, CORS, throttling, limits. Every request is a note of
 * kind "api.response", which stands for the access log. `fetch` asks issuers for their keys.
 */
export const httpApi = (world: World, api: HttpApi, fetch: Fetch): WireHandler => {
  const caller: Caller = { name: api.name, role: "apigateway.amazonaws.com" };
  const route = routeTable(api.routes.map(({ routeKey }) => routeKey));
  const { shared, targets } = guardsOf(world, api, fetch);
  const { trace } = world;
  let count = 0;

  const answer = async (request: WireRequest, requestId: string, log: Record<string, unknown>) => {
    if (headOf(request) > maxHead) return frontAnswer(431, "Request Header Fields Too Large");
    const match = route(request.method, request.path);
    const target = match && targets.get(match.routeKey);
    if (match) log.routeKey = match.routeKey;
    if (!(target?.admit ?? shared)()) return frontAnswer(429, "Too Many Requests");
    if (!target) return frontAnswer(404, "Not Found");
    const passed = await target.authorize?.(request.headers);
    if (passed && "challenge" in passed) return unauthorized(passed.challenge);
    log.function = target.functionName;
    if (request.body.length > maxBody) return frontAnswer(413, "Request Entity Too Large");
    const event = proxyEvent(request, {
      front: api.front,
      ...match,
      authorizer: passed?.authorizer,
      now: world.clock.now(),
      requestId,
    });
    const { response, functionError } = await integrate(world, {
      caller,
      functionName: target.functionName,
      event,
      timeout: target.timeout ?? 30_000,
      failure: 500,
    });
    if (functionError) log.error = functionError;
    return response;
  };

  return async (raw) => {
    const early = preflight(api.cors, raw);
    if (early) return early;
    const request = { ...raw, path: readPath(raw.path) };
    count += 1;
    const requestId = `${api.front.apiId}-${count}`;
    const began = world.clock.now();
    const log: Record<string, unknown> = {};
    const { method, path, query } = request;
    const asked = { api: api.name, requestId, method, path };
    const { seq } = trace.write({ kind: "api.request", ...asked, query });
    const answered = await trace.under(seq, () => answer(request, requestId, log));
    const response = withCors(api.cors, request, answered);
    const { status } = response;
    const latency = world.clock.now() - began;
    world.note(
      { kind: "api.response", ...asked, status, latency, ...log },
      { cause: seq, of: seq },
    );
    return { ...response, headers: { ...response.headers, "apigw-requestid": requestId } };
  };
};

/** A function's own URL. */
export type FunctionUrl = { functionName: string; front: Front; cors?: Cors | undefined };

const maxUrlBody = 6 * 1024 * 1024;

/** Serves a function URL, as Lambda does. A request is a note of kind "url.response". */
export const functionUrl = (world: World, url: FunctionUrl): WireHandler => {
  const { functionName, front, cors } = url;
  const caller: Caller = { name: `${functionName} URL`, role: viaFunctionUrl };
  const { trace } = world;
  let count = 0;
  return async (request) => {
    const early = preflight(cors, request);
    if (early) return early;
    if (request.body.length > maxUrlBody) return frontAnswer(413, "Request Entity Too Large");
    count += 1;
    const requestId = `${front.apiId}-${count}`;
    const began = world.clock.now();
    const { method, path, query } = request;
    const asked = { function: functionName, requestId, method, path };
    const { seq } = trace.write({ kind: "url.request", ...asked, query });
    const event = proxyEvent(request, {
      front,
      routeKey: "$default",
      now: began,
      requestId,
    });
    const { response, functionError } = await trace.under(seq, () =>
      integrate(world, { caller, functionName, event, timeout: 900_000, failure: 502 }),
    );
    const { status } = response;
    const latency = world.clock.now() - began;
    world.note(
      {
        kind: "url.response",
        ...asked,
        status,
        latency,
        ...(functionError && { error: functionError }),
      },
      { cause: seq, of: seq },
    );
    const answered = withCors(cors, request, response);
    return { ...answered, headers: { ...answered.headers, "x-amzn-requestid": requestId } };
  };
};
