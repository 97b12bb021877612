import fc from "fast-check";
import openApi from "../../services/read-side/src/openapi.json" with { type: "json" };
import { isWrite } from "../spoil.ts";
import { fromJsonSchema, type Schema } from "./from-schema.ts";
import type { Door } from "./ground.ts";
import { type Json, take, textsLike } from "./inputs.ts";

type Parameter = { in: string; name: string; required?: boolean; schema: Schema };
type Described = {
  parameters?: Parameter[];
  requestBody?: { content: { "application/json"?: { schema: Schema } } };
  responses: Record<string, unknown>;
};
type Operation = Described & { method: string; path: string };

/** All that the OpenAPI document describes, but for the webhooks, which have a door of their own. */
const operations: Operation[] = Object.entries(openApi.paths).flatMap(([path, methods]) =>
  Object.entries(methods as Record<string, Described>)
    .filter(() => !path.startsWith("/webhooks"))
    .map(([method, described]) => ({ ...described, method: method.toUpperCase(), path })),
);

/** What the gateway itself answers, to any route: not let in, too large, too fast. */
const gateway = [400, 401, 403, 413, 414, 429, 431];

/** Text that is no parameter of ours, as far as a URL or a header can hold it. */
const odd = fc.oneof(
  fc.string({ maxLength: 40 }),
  fc.constantFrom("..", "%", "0", "-1", "9".repeat(30), "__proto__", "x".repeat(2_000), "prd_hay"),
);
const printable = (text: string) => text.replaceAll(/[^\x20-\x7e]/g, "?").trim();

type Wished = {
  operation: Operation;
  as: string | undefined;
  token: string | undefined;
  values: Map<string, string>;
  body: string | undefined;
  type: string;
};

/** What is sent in place of a parameter: mostly what is known or allowed, now and then nothing or anything. */
const valueFor = (
  { name, schema }: Parameter,
  known: readonly string[],
): fc.Arbitrary<string | undefined> =>
  fc.oneof(
    { arbitrary: fc.constantFrom(...known), weight: name === "orderId" ? 6 : 0 },
    { arbitrary: fromJsonSchema(schema).map(String), weight: 4 },
    { arbitrary: odd, weight: 2 },
    { arbitrary: fc.constant(undefined), weight: 1 },
  );

const wishes = (known: readonly string[]): fc.Arbitrary<Wished> =>
  fc.constantFrom(...operations).chain((operation) => {
    const { parameters = [], requestBody } = operation;
    const schema = requestBody?.content["application/json"]?.schema;
    const good = schema ? take(fromJsonSchema(schema), 20, 1).map(ofOurs) : [];
    return fc.record({
      operation: fc.constant(operation),
      as: fc.constantFrom("alice", "alice", "bob", "admin", "admin", undefined),
      token: fc.oneof(
        { arbitrary: fc.constant(undefined), weight: 9 },
        { arbitrary: odd.map((text) => `Bearer ${printable(text)}`), weight: 1 },
      ),
      values: fc.tuple(...parameters.map((one) => valueFor(one, known))).map((all) => {
        const named = parameters.map(({ name }, at) => [name, all[at]] as const);
        return new Map(named.filter((pair): pair is [string, string] => pair[1] !== undefined));
      }),
      body: schema
        ? fc.oneof(textsLike(good), fc.constantFrom(...good.map((one) => JSON.stringify(one))))
        : fc.constantFrom(undefined, undefined, "{}", "[", "x"),
      type: fc.constantFrom(...Array(8).fill("application/json"), "text/plain", "application/xml"),
    });
  });

/** A body about what there is: one line, of a product that the last good order does not need. */
const ofOurs = (body: Json): Json => {
  const text = JSON.stringify(body).replaceAll(/"prd_[a-z0-9-]*"/g, '"prd_collar"');
  return JSON.parse(text, (key, value) => (key === "lines" ? value.slice(0, 1) : value));
};

/** Every route of the HTTP API, with what its document allows and what it does not. */
export const http: Door["send"] = async ({ shop, seed, count, broken }) => {
  const known = [await shop.order(), await shop.order("tok_decline"), await shop.order("tok_late")];
  const wrote: string[] = [];
  shop.local.cloud.guard(async (call, next) => {
    const answer = await next(call);
    if (isWrite(call) && /Api-?\w*Function$/.test(call.caller.name)) wrote.push(call.operation);
    return answer;
  });
  const answered = new Set<number>();
  for (const wished of take(wishes(known), count, seed)) {
    const { operation, as, token, values, body, type } = wished;
    const { method, path: route, parameters = [], responses } = operation;
    const of = (place: string) =>
      parameters.flatMap(({ in: where, name }) =>
        where === place && values.has(name)
          ? [[name, values.get(name) as string] as [string, string]]
          : [],
      );
    const filled = of("path").reduce(
      (text, [name, value]) => text.replace(`{${name}}`, encodeURIComponent(value)),
      route,
    );
    const query = new URLSearchParams(of("query"));
    const path = `${filled.replaceAll(/[{}]/g, "")}${query.size > 0 ? `?${query}` : ""}`;
    wrote.length = 0;
    const answer = await shop.drive(
      shop.local.api({
        ...{ method, path, ...(as && !token && { as }), ...(body !== undefined && { body }) },
        headers: {
          ...(body !== undefined && { "content-type": type }),
          ...(token && { authorization: token }),
          ...Object.fromEntries(
            of("header").map(([name, value]) => [name.toLowerCase(), printable(value)]),
          ),
        },
      }),
    );
    const { status } = answer;
    const what = `${method} ${route}`;
    const asked = { path, as, token, body, values: [...values] };
    answered.add(status);
    if (status >= 500) broken(`${what} was answered with ${status}`, asked);
    // A path without its parameter, or bent by one (..), may be another route's.
    const straight =
      parameters.every(({ in: where, name }) => where !== "path" || values.get(name)) &&
      new URL(path, "http://shop").pathname === filled;
    if (straight && !(status in responses) && !gateway.includes(status))
      broken(`${what} was answered with ${status}, of which its document knows nothing`, asked);
    if (status >= 400 && wrote.length > 0)
      broken(`${what} was answered with ${status}, and something was written`, asked);
    if (status >= 400 && !isProblem(answer.text))
      broken(`${what}: ${status} says nothing but "${answer.text.slice(0, 100)}"`, asked);
    await shop.clock.advance(60);
  }
  for (const status of [200, 201, 202, 400, 401, 403, 404, 409, 415, 422])
    if (count >= 200 && !answered.has(status)) broken(`Nothing was answered with ${status}`);
};

/** A problem of ours, or the one word that API Gateway has. */
const isProblem = (text: string): boolean => {
  try {
    const said = JSON.parse(text);
    return typeof said.message === "string" || typeof said.title === "string";
  } catch {
    return false;
  }
};
