import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type VirtualShop, virtualShop } from "../virtual-shop.ts";

let shop: VirtualShop;
let orderId: string;
beforeAll(async () => {
  shop = await virtualShop({ trace: {} });
  orderId = await shop.order();
  await shop.settle();
});
afterAll(() => shop.local.stop());

const cookie = () => `petstore-${new URL(shop.local.urls.api).port}=${shop.local.pageToken}`;

type Question = { method?: string; headers?: Record<string, string>; body?: unknown };
const asks = (path: string, { method = "GET", headers = {}, body }: Question = {}) =>
  shop.local.api({
    method,
    path: `/_local/console/${path}`,
    headers: { cookie: cookie(), "x-petstore": "console", ...headers },
    body,
  });
// biome-ignore lint/suspicious/noExplicitAny: answers of many shapes
const answered = async (path: string, question?: Question): Promise<any> => {
  const answer = await asks(path, question);
  expect(answer.status, answer.text).toBe(200);
  return answer.json();
};

describe("who may ask the console's server", () => {
  const host = () => new URL(shop.local.urls.api).host;
  const strangers: [string, () => Record<string, string>][] = [
    ["without the cookie", () => ({ cookie: "" })],
    ["with another cookie", () => ({ cookie: `${cookie()}x` })],
    ["without the header", () => ({ "x-petstore": "" })],
    ["from another site", () => ({ origin: "https://evil.example" })],
    ["from another port of this machine", () => ({ origin: "http://127.0.0.1:1" })],
    ["from a page without an origin", () => ({ origin: "null" })],
    ["by a foreign name of this machine", () => ({ host: "evil.example" })],
    [
      "by a foreign name, from a page of that name",
      () => ({ host: "evil.example", origin: "http://evil.example" }),
    ],
  ];
  it.each(strangers)("refuses whoever asks %s, in reading and in doing", async (_, headers) => {
    for (const [path, method] of [
      ["map", "GET"],
      ["trace", "GET"],
      ["reset", "POST"],
      ["commands", "POST"],
      ["no-such-thing", "GET"],
    ] as const) {
      const answer = await asks(path, { method, headers: headers() });
      expect([path, answer.status]).toEqual([path, 403]);
      expect(answer.headers.get("content-type")).toBe("application/problem+json");
      expect(answer.headers.get("access-control-allow-origin")).toBeNull();
    }
  });

  it("answers its own page, with the origin of that or without", async () => {
    await answered("clock");
    await answered("clock", { headers: { origin: `http://${host()}` } });
  });

  it("never answers the question that a browser asks in advance", async () => {
    const headers = { origin: "https://evil.example", "access-control-request-method": "POST" };
    const answer = await asks("commands", { method: "OPTIONS", headers });
    expect(answer.status).toBe(403);
  });

  it("says in one sentence what is not there, or not asked so", async () => {
    expect((await asks("no-such-thing")).status).toBe(404);
    expect((await asks("map", { method: "POST" })).status).toBe(405);
    const answer = await asks("commands", { method: "POST", body: "{" });
    expect([answer.status, answer.json()]).toMatchObject([
      400,
      { detail: "The body is not JSON." },
    ]);
  });
});

describe("the trace", () => {
  it("tells what passed, with the order and the things that it is about", async () => {
    const { entries, last, upto, epoch } = await answered("trace?newest=true&limit=2000");
    expect(upto).toBe(last);
    expect(entries.at(-1).seq).toBeLessThanOrEqual(last);
    expect(epoch).toBe(shop.local.cloud.trace.epoch);
    const relayed = entries.find(
      ({ who, to }: { who?: string; to?: string }) => who === "OrdersRelayOutbox" && to === "Bus",
    );
    expect(relayed).toBeDefined();
    expect(entries.some(({ order }: { order?: string }) => order === orderId)).toBe(true);
  });

  it("answers a wait at once where there is something new, and when something comes", async () => {
    const { last } = await answered("trace?limit=1&newest=true");
    expect((await answered(`trace?after=${last - 1}&wait=25000`)).entries).toHaveLength(1);
    const waits = answered(`trace?after=${last}&wait=25000`);
    shop.local.cloud.note({ kind: "something-new" });
    const { entries } = await waits;
    expect(entries[0]).toMatchObject({ kind: "something-new", seq: last + 1 });
  });

  it("tells news summed up: as much as the lines say, each way once, in a small part of the bytes", async () => {
    const all = await answered("trace?newest=true&limit=2000");
    const { last, upto, passed } = await answered("news?newest=true&limit=2000");
    expect(upto).toBe(last);
    const wayOf = ({ kind, who, to, failed }: Record<string, unknown>) =>
      JSON.stringify([kind, who, to, failed]);
    const lines = Map.groupBy<string, Record<string, unknown>>(all.entries, wayOf);
    expect(passed.length).toBeGreaterThan(50);
    expect(new Set(passed.map(wayOf)).size).toBe(passed.length);
    for (const one of passed)
      expect([one, lines.get(wayOf(one))?.length]).toEqual([one, one.count]);
    const kinds = new Set(passed.map(({ kind }: { kind: string }) => kind));
    const counted = [...lines.values()].flat().filter(({ kind }) => kinds.has(kind));
    expect(passed.reduce((sum: number, { count }: { count: number }) => sum + count, 0)).toBe(
      counted.length,
    );
    expect(JSON.stringify(passed).length).toBeLessThan(JSON.stringify(all).length / 5);
  });

  it("tells with the news how much there is of one order, which grows with that order alone", async () => {
    const { last, size } = await answered(`news?newest=true&limit=1&order=${orderId}`);
    expect(size).toBeGreaterThan(300);
    shop.local.cloud.note({ kind: "of-nobody" });
    const other = await answered(`news?after=${last}&order=${orderId}`);
    expect([other.passed, other.size]).toEqual([[], size]);
    shop.local.cloud.note({ kind: "of-this-one", about: orderId });
    expect((await answered(`news?after=${last}&order=${orderId}`)).size).toBe(size + 1);
    expect(await answered(`news?after=${last}`)).not.toHaveProperty("size");
  });

  it("lets only so many wait", async () => {
    const { last } = await answered("trace?limit=1&newest=true");
    const waiting = Array.from({ length: 40 }, () => asks(`trace?after=${last}&wait=25000`));
    await new Promise(setImmediate);
    shop.local.cloud.note({ kind: "all-may-go" });
    const counts = Map.groupBy(await Promise.all(waiting), ({ status }) => status);
    expect([counts.get(200)?.length, counts.get(429)?.length]).toEqual([32, 8]);
  });

  it("tells of an entry what caused it and what came of it", async () => {
    const { entries } = await answered("trace?newest=true&limit=2000");
    const call = entries.find(
      ({ kind, who }: { kind: string; who?: string }) => kind === "call" && who === "ReserveStock",
    );
    const { because, therefore, iam, order } = await answered(`entries/${call.seq}`);
    expect(because[0].kind).toBe("api.request");
    expect(therefore.map(({ kind }: { kind: string }) => kind)).toContain("answer");
    expect(iam[0].action).toMatch(/^dynamodb:/);
    expect(order).toBe(orderId);
    expect((await asks("entries/999999999")).status).toBe(404);
  });

  it("refuses numbers that are none", async () => {
    for (const query of ["after=-1", "after=x", "wait=1.5", "limit=1e9"])
      expect([query, (await asks(`trace?${query}`)).status]).toEqual([query, 400]);
  });
});

describe("what is looked at", () => {
  it("leaves no entry in the trace", async () => {
    const { last } = shop.local.cloud.trace;
    for (const path of [
      "map",
      "depths",
      "clock",
      "timeline",
      "forks",
      "orders",
      "sagas/FulfilOrder",
      "faults",
    ])
      await answered(path);
    expect(shop.local.cloud.trace.last).toBe(last);
  });

  it("shows what waits while a consumer is paused, and that it is gone afterwards", async () => {
    const { local, drive } = shop;
    const asked = { FunctionName: local.nameOf("OrdersRelayOutbox") };
    const { EventSourceMappings } = await drive(
      local.call("lambda", "ListEventSourceMappings", asked),
    );
    const [{ UUID }] = EventSourceMappings;
    const enable = (Enabled: boolean) =>
      drive(local.call("lambda", "UpdateEventSourceMapping", { UUID, Enabled }));
    const { depthsOf } = await import("./depths.ts");
    const { lookInto } = await import("./look.ts");
    const { mapOf } = await import("./map.ts");
    const depths = depthsOf({
      shop: local,
      look: lookInto(local),
      map: mapOf(local.graph),
      clock: local.cloud.clock,
    });
    await enable(false);
    await shop.clock.advance(5_000);
    await shop.order();
    await shop.clock.advance(5_000);
    expect(await depths()).toMatchObject({
      OrdersOutbox: { depth: 1 },
      OrdersRelayOutbox: { paused: true },
    });
    await enable(true);
    await shop.settle();
    const after = await depths();
    expect(after.OrdersOutbox?.depth).toBe(0);
    expect(after.OrdersRelayOutbox?.paused).toBeUndefined();
  });

  it("tells the deployed state machine and the history of an execution in AWS's terms", async () => {
    const { definition, executions } = await answered("sagas/FulfilOrder");
    expect(definition.StartAt).toBe("ReserveStock");
    expect(executions.map(({ name }: { name: string }) => name)).toContain(orderId);
    const { status, events } = await answered(`sagas/FulfilOrder/${orderId}`);
    expect(status).toBe("SUCCEEDED");
    expect(events[0].type).toBe("ExecutionStarted");
    expect((await asks("sagas/FulfilOrder/ord_nothing")).status).toBe(404);
    expect((await asks("sagas/NoSuchSaga")).status).toBe(404);
  });

  it("finds an order by a part of its id and tells its story", async () => {
    const { orders } = await answered(`orders?find=${orderId.slice(-6).toLowerCase()}`);
    expect(orders[0]).toMatchObject({ orderId });
    expect(await answered(`orders/${orderId}`)).toMatchObject({ orderId });
    expect((await asks("orders/ord_nothing")).status).toBe(404);
  });

  it("says of a clock that nobody drives that it cannot be driven", async () => {
    expect(await answered("clock")).toMatchObject({ driven: false, speed: 1 });
    expect(await answered("forks")).toEqual({ forks: [], forkOf: null });
    for (const [line, says] of [
      ["clock speed 2", /The clock of this shop is the wall's/],
      ["rewind 1s", /This shop keeps no past/],
      ["fork 1s", /This shop keeps no past/],
    ] as const) {
      const answer = await asks("commands", { method: "POST", body: { line } });
      expect([answer.status, answer.json()]).toEqual([
        400,
        expect.objectContaining({ detail: expect.stringMatching(says) }),
      ]);
    }
  });

  it("has one way to do something to time: by commands", async () => {
    for (const path of ["clock", "clock/step", "rewind", "reset", "fork"])
      expect([404, 405]).toContain((await asks(path, { method: "POST", body: {} })).status);
  });
});
