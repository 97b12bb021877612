import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type VirtualShop, virtualShop } from "../virtual-shop.ts";
import { eventsPassed } from "./events-passed.ts";

let shop: VirtualShop;
let orderId: string;
beforeAll(async () => {
  shop = await virtualShop({ trace: {} });
  orderId = await shop.order();
  await shop.settle();
});
afterAll(() => shop.local.stop());

type Asked = { method?: string; body?: unknown };
const asks = (path: string, { body, method = body === undefined ? "GET" : "POST" }: Asked = {}) =>
  shop.drive(
    shop.local.api({
      method,
      path: `/_local/console/${path}`,
      headers: {
        cookie: `petstore-${new URL(shop.local.urls.api).port}=${shop.local.pageToken}`,
        "x-petstore": "console",
      },
      body,
    }),
  );
// biome-ignore lint/suspicious/noExplicitAny: answers of many shapes
const answered = async (path: string, body?: unknown): Promise<any> => {
  const answer = await asks(path, { body });
  expect(answer.status, answer.text).toBe(200);
  return answer.json();
};
const refused = async (path: string, body: unknown) => {
  const answer = await asks(path, { body });
  expect(answer.headers.get("content-type")).toBe("application/problem+json");
  const { detail } = answer.json() as { detail: string };
  return { status: answer.status, detail };
};
type Listed = { seq: number; type: string; fits: boolean; why?: string; rules: number };
const eventOf = async (type: string): Promise<Listed> => {
  const { events } = await answered(`events?type=${type}&order=${orderId}`);
  return events.at(-1);
};
type Message = { id: string; body: string; receives: number; reason?: string; misfit?: string };
const messagesOf = async (queue: string): Promise<Message[]> =>
  (await answered(`queues/${queue}/messages`)).messages;
const emails = () =>
  shop.local.cloud.trace.entries(0, 1e6).filter(({ kind }) => kind === "ses.sent").length;

describe("events as they pass", () => {
  it("are listed with their order, their contract and how many rules they matched", async () => {
    const { events, types, total } = await answered(`events?order=${orderId}`);
    expect(events[0]).toMatchObject({ type: "orders.OrderPlaced.v2", order: orderId, fits: true });
    expect(events.filter(({ fits }: Listed) => !fits)).toEqual([]);
    expect(events.map(({ seq }: Listed) => seq)).toEqual(
      events.map(({ seq }: Listed) => seq).toSorted((a: number, b: number) => a - b),
    );
    expect(types).toContain("orders.OrderPlaced.v2");
    expect(total).toBeGreaterThanOrEqual(events.length);
  });

  it("are found by type, by order and by any text in them", async () => {
    const found = async (query: string) => (await answered(`events?${query}`)).events.length;
    expect(await found("type=OrderConfirmed")).toBe(1);
    expect(await found(`text=${orderId}&type=orderplaced`)).toBe(1);
    expect(await found("text=nobody-wrote-this")).toBe(0);
    expect(await found("order=ord_nothing")).toBe(0);
  });

  it("tell which rules matched, and who consumed them in which invocation", async () => {
    const { seq } = await eventOf("OrderPlaced");
    const { taken, detail, aws } = await answered(`events/${seq}`);
    expect(detail.data.orderId).toBe(orderId);
    const by = Object.fromEntries(
      taken.map((one: { target: string; attempts: { function: string; ended: boolean }[] }) => [
        one.target,
        one.attempts.map(({ function: name, ended }) => [name, ended]),
      ]),
    );
    expect(by).toMatchObject({
      OrderViewsQueue: [["ProjectOrders", true]],
      StartFulfilment: [["StartFulfilment", true]],
    });
    expect(aws).toContain("events put-events --entries");
    expect((await asks("events/999999999")).status).toBe(404);
  });

  it("tells what is new since an entry, and nothing else", async () => {
    const { last } = await answered("events");
    expect((await answered(`events?since=${last}`)).events).toEqual([]);
  });

  it("are not told any more when the trace has forgotten them", async () => {
    const small = await virtualShop({ trace: { bytes: 300_000 } });
    const passed = eventsPassed(small.local.cloud.trace, () => undefined);
    await small.order();
    await small.settle();
    const before = passed().size;
    expect(before).toBeGreaterThan(0);
    const oldest = [...passed().keys()][0] ?? 0;
    for (let i = 0; i < 20; i++) await small.order();
    await small.settle();
    const { first } = small.local.cloud.trace;
    expect(first).toBeGreaterThan(oldest);
    expect([...passed().keys()].filter((seq) => seq < first)).toEqual([]);
    small.local.stop();
  });

  it("leaves no entry in the trace by looking", async () => {
    const { last } = shop.local.cloud.trace;
    const { seq } = await eventOf("OrderPlaced");
    for (const path of ["events", `events/${seq}`, "replays", "patterns", "queues"])
      await answered(path);
    await answered("queues/OrderViewsQueueDlq/messages");
    await answered("queues/OrdersOutbox/messages");
    await answered("pattern", { pattern: '{"source":["x"]}', seq });
    expect(shop.local.cloud.trace.entries(last, 100)).toEqual([]);
  });
});

describe("sending an event", () => {
  it("again lets everybody consume it once more, and doubles nothing", async () => {
    const { seq } = await eventOf("OrderConfirmed");
    const [before, sent] = [await shop.read(orderId), emails()];
    const { eventId, aws } = await answered("events/send", { seq });
    await shop.settle();
    const { events } = await answered(`events?text=${eventId}`);
    const { taken } = await answered(`events/${events[0].seq}`);
    expect(taken.length).toBeGreaterThan(1);
    for (const one of taken) expect([one.target, one.attempts.length]).toEqual([one.target, 1]);
    expect(aws).toContain("OrderConfirmed");
    expect(await shop.read(orderId)).toEqual(before);
    expect(emails()).toBe(sent);
    expect(await shop.broken()).toEqual([]);
  });

  it("under another id doubles nothing either: its consumer knows it by what it is about", async () => {
    const { seq } = await eventOf("OrderConfirmed");
    const { detail } = await answered(`events/${seq}`);
    const sent = emails();
    const { last } = shop.local.cloud.trace;
    const id = `${detail.id.slice(0, -1)}${detail.id.endsWith("0") ? "1" : "0"}`;
    await answered("events/send", { seq, detail: { ...detail, id } });
    await shop.settle();
    expect(emails()).toBe(sent);
    // It was asked for the e-mail once more, and knew that it was sent.
    const logs = shop.local.cloud.trace.entries(last, 1e6).filter(({ kind }) => kind === "log");
    const declined = logs.filter(({ line }) =>
      /"because":"(sent before|outdated)"/.test(`${line}`),
    );
    expect(declined).toHaveLength(1);
  });

  it("edited so that it does not fit is refused, with what does not fit, and nothing is sent", async () => {
    const { seq } = await eventOf("OrderPlaced");
    const { detail } = await answered(`events/${seq}`);
    const { last } = shop.local.cloud.trace;
    const { data, ...envelope } = detail;
    for (const [edited, says] of [
      [{ ...envelope, dta: data }, /data/],
      [{ ...detail, data: { ...data, lines: [] } }, /lines/],
      [{ ...detail, type: "orders.OrderEaten.v1" }, /OrderEaten/],
      ["{", /not JSON/],
      ["[]", /JSON object/],
      [{}, /is missing/],
    ] as const) {
      const { status, detail: sentence } = await refused("events/send", { seq, detail: edited });
      expect([status, sentence]).toEqual([400, expect.stringMatching(says)]);
    }
    expect(shop.local.cloud.trace.last).toBe(last);
    expect(await answered("events/check", { seq, detail })).toMatchObject({ fits: true });
  });

  it("refuses what is no event", async () => {
    for (const body of [{}, { type: 1 }, { type: "a.B.v1", source: "x" }, { seq: 1 }, { seq: "x" }])
      expect([400, 404]).toContain((await refused("events/send", body)).status);
  });
});

describe("a pattern", () => {
  const test = (pattern: unknown, more: object) => answered("pattern", { pattern, ...more });

  it("is tried on an event that passed, and says at which condition it fails", async () => {
    const { seq } = await eventOf("OrderPlaced");
    const pattern = { source: ["petstore.orders"], detail: { data: { orderId: [orderId] } } };
    expect(await test(pattern, { seq })).toMatchObject({ matches: true, failed: [] });
    const other = { source: ["petstore.orders"], detail: { data: { orderId: ["ord_other"] } } };
    expect(await test(other, { seq })).toMatchObject({
      matches: false,
      failed: ["detail.data.orderId"],
    });
  });

  it("that is none is refused with AWS's own sentence", async () => {
    const { seq } = await eventOf("OrderPlaced");
    for (const pattern of [
      '{"source": "petstore.orders"}',
      "{",
      '{"detail":{"a":[{"prefx":"x"}]}}',
    ]) {
      const { status, detail } = await refused("pattern", { pattern, seq });
      expect([status, detail]).toEqual([
        400,
        expect.stringMatching(/^InvalidEventPatternException: /),
      ]);
    }
    expect((await refused("pattern", { pattern: "{}", event: "no event" })).detail).toContain(
      "Parameter Event is not valid",
    );
    expect((await refused("pattern", { pattern: '{"source":["x"]}' })).status).toBe(400);
  });
});

describe("a replay", () => {
  it("goes through EventBridge's own states, and every view says what it said", async () => {
    const before = await shop.read(orderId);
    const { last } = shop.local.cloud.trace;
    const { name, state } = await answered("replay", {});
    expect(state).toBe("STARTING");
    await shop.settle();
    const { replays } = await answered("replays");
    expect(replays[0]).toMatchObject({ name, state: "COMPLETED" });
    const heard = shop.local.cloud.trace
      .entries(last, 1e6)
      .filter(({ kind }) => kind === "events.matched");
    expect(heard.length).toBeGreaterThan(0);
    expect(await shop.read(orderId)).toEqual(before);
    expect(await shop.broken()).toEqual([]);
    const { seq } = await eventOf("OrderPlaced");
    const { taken } = await answered(`events/${seq}`);
    expect(taken.some(({ replayed }: { replayed?: true }) => replayed)).toBe(true);
  });

  it("refuses a window that is none, in AWS's words, and rules that are not there", async () => {
    const at = shop.clock.now();
    expect((await refused("replay", { from: at, to: at - 1000 })).detail).toContain(
      "EventStartTime must be before EventEndTime",
    );
    expect((await refused("replay", { from: "yesterday" })).status).toBe(400);
    expect((await refused("replay", { rules: ["NoSuchRule"] })).status).toBe(400);
    expect((await refused("replay", { rules: [] })).status).toBe(400);
  });
});

describe("queues and dead letters", () => {
  const dlq = "OrderViewsQueueDlq";

  it("are all there, each with who reads it", async () => {
    const { queues } = await answered("queues");
    expect(queues).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          id: "OrderViewsQueue",
          kind: "queue",
          reader: "ProjectOrders",
          deadLetters: dlq,
        }),
        expect.objectContaining({
          id: dlq,
          kind: "dead letters",
          reader: "ProjectOrders",
          depth: 0,
        }),
        expect.objectContaining({
          id: "OrdersOutbox",
          kind: "outbox",
          reader: "OrdersRelayOutbox",
        }),
      ]),
    );
  });

  it("show poison among the dead letters, unreceived, with the reason; redriven after an edit, it is consumed", async () => {
    const { seq } = await eventOf("OrderConfirmed");
    const { detail } = await answered(`events/${seq}`);
    const { data, ...envelope } = detail;
    const { eventId } = await answered("events/send", {
      seq,
      detail: { ...envelope, dta: data },
      anyway: true,
    });
    await shop.settle();
    const { events } = await answered(`events?text=${eventId}`);
    expect(events[0]).toMatchObject({ fits: false, why: expect.stringMatching(/data/) });
    const story = await answered(`events/${events[0].seq}`);
    const lost = story.taken.find(({ target }: { target: string }) => target === "OrderViewsQueue");
    expect(lost.lost).toContain(dlq);

    // Who looks at the order learns that something of it waits, and where.
    const { sentence, deadLetters } = await answered(`orders/${orderId}`);
    expect(sentence).toContain(`waits for a person as a dead letter, in ${dlq}, because`);
    expect(deadLetters).toContain(dlq);

    const [letter] = await messagesOf(dlq);
    expect(letter).toMatchObject({ misfit: expect.stringMatching(/data/), order: orderId });
    expect(letter?.reason).toMatch(/data/);
    const { receives, id = "", body = "" } = letter ?? {};
    expect((await messagesOf(dlq))[0]?.receives).toBe(receives);

    const bad = await refused(`queues/${dlq}/redrive`, { messageIds: [id], body });
    expect(bad).toMatchObject({ status: 400, detail: expect.stringMatching(/does not fit/) });
    const hollow = await refused(`queues/${dlq}/redrive`, {
      messageIds: [id],
      body: '{"detail":{}}',
    });
    expect(hollow).toMatchObject({ status: 400, detail: expect.stringMatching(/does not fit/) });
    const { dta, ...rest } = JSON.parse(body).detail;
    const mended = JSON.stringify({ ...JSON.parse(body), detail: { ...rest, data: dta } });
    const { last } = shop.local.cloud.trace;
    const told = await answered(`queues/${dlq}/redrive`, { messageIds: [id], body: mended });
    expect(told).toMatchObject({ done: 1, stay: 0 });
    const { redrives } = await answered("redrives");
    expect(redrives).toEqual([
      expect.objectContaining({
        by: expect.stringMatching(/, in the console$/),
        time: new Date(shop.clock.now()).toISOString(),
        ...{ queue: dlq, messageId: id, body, edited: mended, outcome: "sent" },
      }),
    ]);
    await shop.settle();
    expect(await messagesOf(dlq)).toEqual([]);
    const deleted = shop.local.cloud.trace
      .entries(last, 1e6)
      .filter(
        ({ kind, queue }) => kind === "sqs.deleted" && /OrderViewsQueueQueue$/.test(`${queue}`),
      );
    expect(deleted.length).toBeGreaterThan(0);
    expect((await answered(`orders/${orderId}`)).deadLetters).not.toContain(dlq);

    // The others are sent on, too, as they are: they come back, for they are still what they are.
    const { queues } = await answered("queues");
    const others = queues.filter(
      ({ kind, depth }: { kind: string; depth: number }) => kind === "dead letters" && depth > 0,
    );
    for (const { id: other } of others) {
      const [poisoned] = await messagesOf(other);
      const value = JSON.parse(poisoned?.body ?? "");
      const inner = value.detail ?? value;
      const { dta: misspelt, ...good } = inner;
      const fixed = { ...good, data: misspelt };
      await answered(`queues/${other}/redrive`, {
        messageIds: [poisoned?.id],
        body: JSON.stringify(value.detail ? { ...value, detail: fixed } : fixed),
      });
    }
    await shop.settle();
    expect(await shop.broken()).toEqual([]);
  });

  it("refuse what is not there, and what is nobody's to redrive", async () => {
    expect((await asks("queues/NoSuchQueue/messages")).status).toBe(404);
    expect((await refused("queues/OrderViewsQueue/redrive", {})).status).toBe(409);
    expect((await refused("queues/OrdersOutbox/redrive", {})).status).toBe(409);
    for (const body of [
      { messageIds: [] },
      { messageIds: "all" },
      { body: "{}" },
      { messageIds: ["x"], body: "{" },
    ])
      expect((await refused(`queues/${dlq}/redrive`, body)).status).toBe(400);
    expect((await refused(`queues/${dlq}/redrive`, { messageIds: ["gone"] })).status).toBe(404);
  });

  it("show what waits for a paused relay in its outbox", async () => {
    const FunctionName = shop.local.nameOf("OrdersRelayOutbox");
    const { EventSourceMappings } = await shop.drive(
      shop.local.call("lambda", "ListEventSourceMappings", { FunctionName }),
    );
    const enable = (Enabled: boolean) =>
      shop.drive(
        shop.local.call("lambda", "UpdateEventSourceMapping", {
          UUID: EventSourceMappings[0].UUID,
          Enabled,
        }),
      );
    await enable(false);
    await shop.clock.advance(5_000);
    const waits = await shop.order();
    await shop.clock.advance(5_000);
    const [row] = (await answered("queues/OrdersOutbox/messages")).messages;
    expect(row).toMatchObject({ order: waits, what: expect.stringMatching(/OrderPlaced/) });
    const { queues } = await answered("queues");
    const outbox = queues.find(({ id }: { id: string }) => id === "OrdersOutbox");
    expect(outbox.depth).toBe(1);
    expect(outbox.age).toBeGreaterThanOrEqual(5_000);
    await enable(true);
    await shop.settle();
    expect(await messagesOf("OrdersOutbox")).toEqual([]);
  });
});
