import { pacedClock } from "emulator/kernel/paced-clock";
import { fakeWall } from "emulator/kernel/testing/fake-wall";
import { afterEach, describe, expect, it } from "vitest";
import { openBooks } from "../judge/books.ts";
import { judge } from "../judge/judge.ts";
import { liveShop } from "../live-shop.ts";

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

/** The shop as `npm start` has it, on a wall that the test moves. */
const opened = async (forbidden?: string) => {
  const machine = fakeWall(Date.UTC(2026, 0, 1));
  const clock = pacedClock({ ...machine, from: { now: machine.wall(), chance: [1, 2, 3, 4] } });
  const driven = async <T>(work: Promise<T>): Promise<T> => {
    let over = false;
    const end = () => {
      over = true;
    };
    work.then(end, end);
    while (!over) await machine.pass(clock, 100);
    return work;
  };
  const shop = await driven(liveShop({ clock, forbidden, monotonic: () => 0 }));
  stops.push(() => {
    shop.stop();
    clock.stop();
  });
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

describe("a fork", () => {
  it("goes on beside the present at addresses of its own, with another future; there are two at most", async () => {
    const { order, pass, shop, statusOf } = await opened();
    const kept = await order();
    await pass(30);
    const { id } = await shop.timeline.mark();
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
    await expect.poll(read, { timeout: 30_000 }).toBe("CONFIRMED");
    const second = await shop.timeline.fork(id);
    await expect(shop.timeline.fork(id)).rejects.toThrow("There are 2 forks already: stop one.");
    await Promise.all([fork.stop(), second.stop()]);
    await pass(20_000);
    expect(await statusOf(kept)).toBe("CONFIRMED");
  });
});
