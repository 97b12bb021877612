import { AsyncLocalStorage } from "node:async_hooks";
import { queryObjects } from "node:v8";
import { listenOnLoopback } from "emulator/doors/wire/server";
import { afterEach, describe, expect, it } from "vitest";
import type { Fault } from "../control/faults.ts";
import type { Told } from "../control/told.ts";
import { openBooks } from "../judge/books.ts";
import { judge } from "../judge/judge.ts";
import type { LiveShop } from "../live-shop.ts";
import { liveForTest } from "./live-for-test.ts";

const stops: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

/** The shop as `npm start` has it, on a wall that the test moves. */
const opened = async (forbidden?: string) => {
  const { shop, clock, machine, driven, stop } = await liveForTest(forbidden);
  stops.push(stop);
  const first = await shop.timeline.mark("opened");
  let keys = 0;
  const ask = async (method: string, path: string, body?: object, key = `key-${++keys}`) => {
    const answer = await shop.outside.api({
      method,
      path,
      query: "",
      headers: {
        host: new URL(shop.urls.api).host,
        authorization: `Bearer ${shop.token("alice")}`,
        "content-type": "application/json",
        "idempotency-key": key,
      },
      body: Buffer.from(body ? JSON.stringify(body) : ""),
    });
    return { status: answer.status, body: JSON.parse(String(answer.body)) };
  };
  const place = (quantity = 1, key?: string) =>
    ask(
      "POST",
      "/orders",
      { lines: [{ productId: "prd_hay", quantity }], paymentToken: "tok_approve" },
      key,
    );
  const pass = (ms: number) => machine.pass(clock, ms);
  return {
    ...{ machine, clock, shop, first, ask, place, driven, pass },
    order: async (quantity?: number, key?: string) => {
      const { status, body } = await driven(place(quantity, key));
      expect(status).toBe(202);
      return body.orderId as string;
    },
    statusOf: async (orderId: string) =>
      (await driven(ask("GET", `/orders/${orderId}`))).body.status,
    books: () => driven(openBooks(shop)),
  };
};

describe("a fork", () => {
  /** Asks the console's server of a shop as its page does. */
  const answer = (api: string, token: string, path: string, line?: string) =>
    fetch(`${api}/_local/console/${path}?token=${token}`, {
      headers: { "x-petstore": "console", "content-type": "application/json" },
      ...(line && { method: "POST", body: JSON.stringify({ line }) }),
    });

  it("leaves its ports free when it is stopped, and nothing of it in memory", async () => {
    const { shop, first } = await opened();
    // Each shop has some of these. By commands, so that the test holds no fork by its end.
    const worlds = () => queryObjects(AsyncLocalStorage, { format: "count" });
    // What earlier tests left is let go some time later.
    let before = worlds();
    for (let last = -1; before !== last; before = worlds()) {
      last = before;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    await shop.beside.command?.(`fork ${first.id}`);
    const [{ api, aws } = { api: "", aws: "" }] = shop.timeline
      .forks()
      .map(({ api, aws }) => ({ api, aws }));
    await answer(api, shop.pageToken, "orders"); // its console looks, too
    expect(worlds()).toBeGreaterThan(before);
    await shop.beside.command?.("stop-fork 1");
    for (const url of [api, aws]) {
      const { port } = new URL(url);
      const again = await listenOnLoopback(Number(port));
      expect(again.port).toBe(Number(port));
      await again.stop();
    }
    // To count them takes a second; what has just ended is let go a turn later.
    await new Promise(setImmediate);
    await expect.poll(worlds).toBeLessThanOrEqual(before); // others, of earlier tests, may go meanwhile
  });

  it("goes on beside the present at addresses of its own, with another future", async () => {
    const { order, pass, shop, statusOf } = await opened();
    const kept = await order();
    await pass(30);
    const { id, at } = await shop.timeline.mark();
    const fork = await shop.timeline.fork(id);
    const { token } = (await (
      await fetch(`${fork.api}/_local/token/alice?token=${fork.token}&format=json`)
    ).json()) as { token: string };
    const read = async () => {
      const answer = await fetch(`${fork.api}/orders/${kept}`, {
        headers: { authorization: `Bearer ${token}` },
      });
      return ((await answer.json()) as { status: string }).status;
    };
    await expect.poll(read).toBe("CONFIRMED");
    // It says whose fork it is, has no forks of its own, and no fault of another one.
    const said = await answer(fork.api, fork.token, "forks");
    expect(await said.json()).toEqual({ forks: [], forkOf: { api: shop.urls.api, at } });
    const none = await answer(fork.api, fork.token, "commands", "fork 1");
    expect(await none.json()).toMatchObject({
      detail: `This shop is a fork itself: fork its original, at ${shop.urls.api}.`,
    });
    await fork.stop();
    await pass(20_000);
    expect(await statusOf(kept)).toBe("CONFIRMED");
  });

  it("lists the orders of its past with their stories, and none of what came after", async () => {
    const { order, pass, shop, driven } = await opened();
    const past = await order();
    await pass(20_000);
    await driven(shop.beside.command?.("slow 1s for 5m") as Promise<Told>);
    const underWay = await order();
    await pass(1_000);
    const { id } = await shop.timeline.mark();
    await order();
    await pass(20_000);
    const fork = await shop.timeline.fork(id);
    type Line = { orderId: string; status: string };
    const lines = async () => {
      const { orders } = (await (await answer(fork.api, fork.token, "orders")).json()) as {
        orders: Line[];
      };
      return orders.map(({ orderId, status }) => [orderId, status]);
    };
    expect((await lines()).map(([orderId]) => orderId)).toEqual([underWay, past]);
    await expect.poll(lines).toEqual(
      expect.arrayContaining([
        [underWay, "CONFIRMED"],
        [past, "CONFIRMED"],
      ]),
    );
    const told = await (await answer(fork.api, fork.token, `orders/${past}`)).json();
    expect(told).toMatchObject({ sentence: expect.stringMatching(/^Fulfilled/) });
  });

  it("is one of two at most: who wants a third is told which there are, and how to stop one", async () => {
    const { shop, first } = await opened();
    const say = (line: string) => shop.beside.command?.(line);
    const [one, two] = [await shop.timeline.fork(first.id), await shop.timeline.fork(first.id)];
    await expect(say(`fork ${first.id}`)).rejects.toThrow(
      `There are 2 forks already, fork 1 from 00:00:00 UTC at ${one.api}, and fork 2 from 00:00:00 UTC at ${two.api}: stop one, with \`stop-fork 1\`.`,
    );
    expect((await say("forks"))?.list).toHaveLength(2);
    await expect(say("stop-fork 7")).rejects.toThrow('Which fork? There are 1, 2, not "7".');
    expect((await say("stop-fork 1"))?.said).toMatch(/^Fork 1 is stopped/);
    await expect(fetch(`${one.api}/_local/health`)).rejects.toThrow();
    expect((await fetch(`${two.api}/_local/health`)).status).toBe(200);
    expect((await say(`fork ${first.id}`))?.said).toMatch(/^Fork 3 goes on from/);
    await expect(say("fork 20h")).rejects.toThrow("There is no such moment.");
  });

  it("is stopped with its original, also one that is being opened then", async () => {
    const { shop, first } = await opened();
    const fork = await shop.timeline.fork(first.id);
    const opening = shop.timeline.fork(first.id);
    await shop.stop();
    await expect(fetch(`${fork.api}/_local/health`)).rejects.toThrow();
    await expect(opening).rejects.toThrow("The shop is closing.");
  });
});

describe("the shop on a paced clock", () => {
  it("does not fail for a pause that is longer than every time-out, wherever it comes", async () => {
    const { order, clock, pass, machine, statusOf, books, shop } = await opened();
    const orderId = await order();
    for (let i = 0; i < 60; i++) {
      await pass(40);
      clock.pause();
      machine.busy(24 * 3600_000);
      await pass(1_000);
      clock.resume();
    }
    await pass(20_000);
    expect(await statusOf(orderId)).toBe("CONFIRMED");
    expect(judge(await books())).toEqual([]);
    expect(shop.notes().filter(({ kind, error }) => kind === "invocation-ended" && error)).toEqual(
      [],
    );
  });

  it("lets requests wait while it is paused; a step takes one, and pages answer", async () => {
    const { clock, ask, place, pass } = await opened();
    clock.pause();
    let status = 0;
    const placing = place().then((answer) => {
      status = answer.status;
    });
    await pass(60_000);
    expect(status).toBe(0);
    expect((await ask("GET", "/_local/health")).status).toBe(200);
    let steps = 0;
    while (status === 0 && steps++ < 200) await clock.step();
    await placing;
    expect(status).toBe(202);
  });
});

describe("rewind", () => {
  it("goes back with tables, queues, executions and time, and the order that comes then is another one's future", async () => {
    const { order, pass, shop, statusOf, books, clock, ask, driven } = await opened();
    const kept = await order(1);
    await pass(20);
    const middle = await shop.timeline.mark("in the middle of a saga");
    const lost = await order(2);
    await pass(20_000);
    expect(await statusOf(kept)).toBe("CONFIRMED");
    expect(await statusOf(lost)).toBe("CONFIRMED");

    await shop.timeline.rewind(middle.id);
    expect(clock.now()).toBe(middle.at);
    expect((await driven(ask("GET", `/orders/${lost}`))).status).toBe(404);
    const other = await order(3);
    expect(other).not.toBe(kept);
    await pass(30_000);
    expect(await statusOf(kept)).toBe("CONFIRMED");
    expect(await statusOf(other)).toBe("CONFIRMED");
    const all = await books();
    expect(judge(all)).toEqual([]);
    expect(all.orders).toHaveLength(2);
  });

  it("tells the same story again where the same is done", async () => {
    const { order, pass, shop, clock } = await opened();
    await order();
    await pass(30);
    const { id } = await shop.timeline.mark();
    const story = async () => {
      await shop.timeline.rewind(id);
      const told: unknown[] = [];
      const stop = shop.cloud.observe(({ kind }) => told.push([clock.now(), kind]));
      const orderId = await order(2, "the-same-key");
      await pass(10_000);
      stop();
      return [orderId, told];
    };
    const first = await story();
    expect((first[1] as unknown[]).length).toBeGreaterThan(50);
    expect(await story()).toEqual(first);
  });

  it("answers what is under way with 503 and a sentence", async () => {
    const { clock, place, shop, first, pass } = await opened();
    clock.pause();
    const waiting = [place(), place()];
    await shop.timeline.rewind(first.id);
    for (const { status, body } of await Promise.all(waiting)) {
      expect(status).toBe(503);
      expect(body.detail).toBe("Time was turned back while this was under way: ask again.");
    }
    clock.resume();
    await pass(1_000);
    expect(await shop.atRest()).toBe(true);
  });

  it("keeps moments by itself, the newest ones close together, not more than it may", async () => {
    const { order, pass, shop } = await opened();
    for (let i = 0; i < 6; i++) {
      await order();
      await pass(5_000);
    }
    const moments = shop.timeline.moments();
    expect(moments[0]?.label).toBe("opened");
    expect(moments.length).toBeGreaterThan(3);
    expect(moments.length).toBeLessThanOrEqual(64);
    expect(moments.map(({ at }) => at)).toEqual(moments.map(({ at }) => at).sort());
    const at = (moments[2]?.at ?? 0) + 1;
    expect(await shop.timeline.rewind({ at })).toEqual(
      moments.findLast((moment) => moment.at <= at),
    );
    await expect(shop.timeline.rewind(1_000)).rejects.toThrow("There is no such moment.");
  });

  it("is refused where everything is kept", async () => {
    const { shop, first } = await opened("No.");
    await expect(shop.timeline.rewind(first.id)).rejects.toThrow("No.");
  });
});

describe("faults, when time is turned back", () => {
  const isOn = async (shop: LiveShop, name: string) => {
    const asked = { FunctionName: shop.nameOf(name) };
    const { EventSourceMappings } = await shop.call("lambda", "ListEventSourceMappings", asked);
    return EventSourceMappings[0].State === "Enabled";
  };
  const armed = (shop: LiveShop) => (shop.beside.faults?.() ?? []) as Fault[];

  it("stay armed, hold what they hold, and end by themselves; the answer says so", async () => {
    const { shop, pass, driven, order, statusOf } = await opened();
    const say = (line: string) => driven(shop.beside.command?.(line) as Promise<Told>);
    const { id } = await shop.timeline.mark();
    await pass(1_000);
    await say("pause relay orders for 60s");
    await say("fail CapturePayment 3 for 30s");
    await pass(10_000);
    const { next } = await say(`rewind ${id}`);
    expect(next).toMatch(/2 faults stay armed \(OrdersRelayOutbox paused; .*CapturePayment/);
    expect(await isOn(shop, "OrdersRelayOutbox")).toBe(false);
    const waits = await order();
    await pass(40_000);
    expect(armed(shop).map(({ what }) => what)).toEqual(["OrdersRelayOutbox paused."]);
    expect(await statusOf(waits)).toBe("PENDING");
    await pass(40_000);
    expect(armed(shop)).toEqual([]);
    expect(await isOn(shop, "OrdersRelayOutbox")).toBe(true);
    expect(await statusOf(waits)).toBe("CONFIRMED");
  });

  it("of then are not armed again: what they had switched off is on, in the past and in a fork of it", async () => {
    const { shop, pass, driven } = await opened();
    const say = (line: string) => driven(shop.beside.command?.(line) as Promise<Told>);
    await say("pause relay orders");
    await pass(1_000);
    const { id } = await shop.timeline.mark();
    await say("resume relay orders");
    await pass(1_000);
    await say(`rewind ${id}`);
    expect(await isOn(shop, "OrdersRelayOutbox")).toBe(true);
    const fork = await shop.timeline.fork(id);
    const status = await fetch(`${fork.api}/_local/console/commands?token=${fork.token}`, {
      method: "POST",
      headers: { "x-petstore": "console", "content-type": "application/json" },
      body: JSON.stringify({ line: "status" }),
    });
    expect(await status.json()).toMatchObject({ said: "0 things paused, 0 faults armed." });
  });
});

describe("what goes on by itself after a rewind", () => {
  it("has the rewind for its cause", async () => {
    const { shop, pass, driven, order, statusOf } = await opened();
    const { trace } = shop.cloud;
    await driven(shop.beside.command?.("silence provider for 20s") as Promise<Told>);
    const orderId = await order();
    await pass(5_000);
    const { id } = await shop.timeline.mark("in the middle of a saga");
    await pass(1_000);
    const { last } = trace;
    await driven(shop.timeline.rewind(id));
    await pass(60_000);
    expect(await statusOf(orderId)).toBe("CONFIRMED");
    const all = trace.entries(last, Number.POSITIVE_INFINITY);
    const fresh = all.slice(all.findIndex(({ kind }) => kind === "clock"));
    expect(fresh.length).toBeGreaterThan(100);
    const mayHaveNone = ["api.request", "schedule", "outside", "clock"];
    const orphans = fresh.filter(
      ({ kind, cause }) => cause === undefined && !mayHaveNone.includes(kind),
    );
    expect(orphans).toEqual([]);
  });
});

describe("reset", () => {
  it("stands at the opened doors until a request comes, with the same ids each time, and keys and tokens stay good", async () => {
    const { order, pass, shop, clock, first, machine } = await opened();
    const life = async () => {
      await shop.timeline.reset();
      machine.busy(3600_000);
      await pass(5_000);
      expect(clock.now()).toBe(first.at);
      const orderId = await order(1, "the-same-key");
      await pass(10_000);
      return [orderId, shop.emails().map(({ id, text }) => [id, text])];
    };
    await pass(7_000);
    await order();
    await pass(50_000);
    const once = await life();
    expect(once[1]?.length).toBeGreaterThan(0);
    expect(await life()).toEqual(once);
    expect(shop.timeline.moments()[0]).toEqual(first);
  });
});
