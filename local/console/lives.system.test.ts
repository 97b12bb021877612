import { afterEach, expect, it } from "vitest";
import { liveForTest } from "../test/live-for-test.ts";

const stops: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

const opened = async () => {
  const { shop, clock, machine, driven, stop } = await liveForTest();
  stops.push(stop);
  await shop.timeline.mark("opened");
  const send = async (method: string, path: string, more: object = {}, body?: object) => {
    const [where = "", query = ""] = path.split("?");
    const host = new URL(shop.urls.api).host;
    const headers = { host, "content-type": "application/json", ...more };
    const answer = await shop.outside.api({
      ...{ method, path: where, headers, query: `${query}&token=${shop.pageToken}` },
      body: Buffer.from(body ? JSON.stringify(body) : ""),
    });
    return { status: answer.status, body: JSON.parse(String(answer.body)) };
  };
  /** Asks the console's server. */
  const looks = (path: string) =>
    send("GET", `/_local/console/${path}`, { "x-petstore": "console" });
  return {
    ...{ shop, looks, driven, pass: (ms: number) => machine.pass(clock, ms) },
    say: (line: string) => driven(Promise.resolve(shop.beside.command?.(line))),
    async order(key = "one") {
      const signed = { authorization: `Bearer ${shop.token("alice")}`, "idempotency-key": key };
      const wish = { lines: [{ productId: "prd_hay", quantity: 1 }], paymentToken: "tok_approve" };
      const { body } = await driven(send("POST", "/orders", signed, wish));
      return body.orderId as string;
    },
  };
};

it("nothing of a life that a reset ended is told, and of its order, event and entry that they are gone", async () => {
  const { shop, looks, say, pass, order } = await opened();
  await looks("orders"); // from here on the console's server follows the trace
  const orderId = await order();
  await pass(5_000);
  await say("rebuild orders");
  await say("robot 1/s good for 2s");
  await pass(3_000);
  const { events } = (await looks("events?since=0&limit=1000")).body;
  const placed = events.findLast(({ type }: { type: string }) => type.startsWith("orders."));
  const isTold = async () =>
    (await looks("trace?newest=true&limit=2000")).body.entries.some(
      ({ seq }: { seq: number }) => seq === placed.seq,
    );
  expect(await isTold()).toBe(true);
  expect((await looks("views")).body.views[0].rebuild.state).toBe("rebuilt");

  await say("reset");
  for (const path of [
    `orders/${orderId}`,
    `data/${orderId}`,
    `events/${placed.seq}`,
    `entries/${placed.seq}`,
  ]) {
    const { status, body } = await looks(path);
    expect(`${path} ${status} ${body.detail}`).toContain(
      " is not in this life of the shop any more",
    );
    expect(status).toBe(410);
  }
  const saga = await looks(`sagas/FulfilOrder/${orderId}`);
  expect(saga.status).toBe(404);
  expect(saga.body.detail).toMatch(/^There is no such execution in this life of the shop/);
  expect(await isTold()).toBe(false);
  expect((await looks("views")).body.views[0].rebuild).toBeUndefined();
  expect((await looks("robot")).body.robot).toBeNull();

  // The same request under the same key is the same order, and of this life.
  expect(await order()).toBe(orderId);
  expect((await looks(`orders/${orderId}`)).status).toBe(200);
  expect(shop.cloud.trace.epoch).toBe(2);
});

it("what came before the moment that time was put back to is told as ever", async () => {
  const { shop, looks, say, pass, order } = await opened();
  await looks("orders");
  const orderId = await order();
  await pass(5_000);
  await say("rebuild orders");
  await pass(1_000);
  const { id } = await shop.timeline.mark();
  await pass(1_000);
  await say(`rewind ${id}`);
  expect((await looks(`orders/${orderId}`)).body.status).toBe("CONFIRMED");
  expect((await looks(`data/${orderId}`)).status).toBe(200);
  expect((await looks("views")).body.views[0].rebuild.state).toBe("rebuilt");
});

it("news leave out what was turned back past, in one turn or in several, and have what came before and after", async () => {
  const { shop, looks, say, pass, order } = await opened();
  const { last } = (await looks("news?newest=true&limit=1")).body;
  const passed = async (after = last) => (await looks(`news?after=${after}`)).body;
  const sagas = async () =>
    (await passed()).passed
      .filter(({ kind }: { kind: string }) => kind === "states.started")
      .reduce((sum: number, { count }: { count: number }) => sum + count, 0);
  const placed = async (key: string) => {
    await order(key);
    await pass(5_000);
  };

  await placed("before");
  const early = await shop.timeline.mark();
  await placed("undone-second");
  const late = await shop.timeline.mark();
  await placed("undone-first");
  expect(await sagas()).toBe(3);
  await say(`rewind ${late.id}`);
  expect(await sagas()).toBe(2);
  await say(`rewind ${early.id}`);
  expect(await sagas()).toBe(1);
  // Who had heard of all that is told nothing of it again: the turns alone have passed since.
  const { upto } = await passed();
  expect((await passed(upto)).passed).toEqual([]);
  // Nor who begins to listen now, of what was before.
  expect((await looks("news?newest=true&limit=2000")).body.passed).toEqual([]);
  await placed("after");
  expect(await sagas()).toBe(2);
});
