import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createControl } from "../control/control.ts";
import type { Rebuild } from "../control/rebuild.ts";
import { views } from "../data/views.ts";
import { type VirtualShop, virtualShop } from "../virtual-shop.ts";

let shop: VirtualShop;
let control: ReturnType<typeof createControl>;
beforeEach(async () => {
  shop = await virtualShop({ trace: {} });
  control = createControl(shop.local);
});
afterEach(() => shop.local.stop());

const say = (line: string) => shop.drive(control.say(line));
const rebuilt = (view: string) =>
  control.rebuilds.list().find((one) => one.view === view) as Rebuild;
/** What all views say, of products, orders and sales. */
const hashes = async () => views.map((view) => control.rebuilds.said(view).hash);
const placeSome = async () => {
  await shop.order();
  await shop.order("tok_decline");
  await shop.settle();
};

describe("F65 I13 a read model that is rebuilt", () => {
  it("has a projection, and every projection has one", () => {
    const { functions, resources } = shop.local.graph;
    const names = functions.map(({ name }) => name).filter((name) => /^Project/.test(name));
    expect(views.map(({ projection }) => projection).toSorted()).toEqual(names.toSorted());
    for (const { rule, queue } of views)
      for (const name of [rule, `${queue}Queue`, `${queue}DlqQueue`])
        expect(resources.map((one) => one.name)).toContain(name);
  });

  it.each(views.map(({ id }) => id))("(%s) says afterwards what it said before", async (id) => {
    await placeSome();
    const before = await hashes();
    const { said, aws } = await say(`rebuild ${id}`);
    expect(said).toMatch(/hash \w{12} before and after: equal/);
    expect(aws?.[0]).toContain("events start-replay");
    const { events, replay, waiting, dead } = rebuilt(id);
    expect(events.done).toBe(events.of);
    expect(events.of).toBeGreaterThan(10);
    expect([waiting, dead]).toEqual([0, 0]);
    const { State } = await shop.local.call("events", "DescribeReplay", { ReplayName: replay });
    expect(State).toBe("COMPLETED");
    expect(await hashes()).toEqual(before);
    await shop.settle();
    expect(await shop.broken()).toEqual([]);
  });

  it.each(views)("($id) is right again where a row was spoilt", async ({ id, replayMends }) => {
    await placeSome();
    const before = await hashes();
    await say(`spoil ${id}`);
    expect(await hashes()).not.toEqual(before);
    await say("replay start");
    await shop.settle();
    expect((await hashes()).join() === before.join()).toBe(replayMends);
    await say(`spoil ${id}`);
    const { said, list } = await say(`rebuild ${id}`);
    expect(said).toMatch(/1 row differs/);
    expect(list).toHaveLength(1);
    expect(await hashes()).toEqual(before);
    expect((await say(`rebuild ${id}`)).said).toContain("equal");
  });

  it("tells of what came in meanwhile, and loses nothing of it", async () => {
    await placeSome();
    const [, id] = await Promise.all([say("rebuild orders"), shop.order()]);
    await shop.settle();
    expect(rebuilt("orders").meanwhile).toBeGreaterThan(0);
    expect(await shop.read(id)).toMatchObject({ status: "CONFIRMED" });
    expect(await shop.broken()).toEqual([]);
  });

  it("waits for events that are not applied, and can be cancelled only while they are replayed", async () => {
    await placeSome();
    await say("pause projection orders");
    const { over } = await shop.drive(control.rebuilds.start(views[0] as (typeof views)[0]));
    await shop.clock.advance(5_000);
    expect(rebuilt("orders")).toMatchObject({ state: "applying", before: { rows: 2 } });
    expect(rebuilt("orders").waiting).toBeGreaterThan(5);
    await expect(say("rebuild orders")).rejects.toThrow("is being rebuilt already");
    await expect(say("rebuild orders cancel")).rejects.toThrow("AWS cancels no message");
    await say("resume projection orders");
    expect(await shop.drive(over)).toMatchObject({ state: "rebuilt", differ: 0 });
  });

  it("that is cancelled says so, and is whole after the next one", async () => {
    await placeSome();
    const before = await hashes();
    const under = control.say("rebuild orders");
    const cancelled = (async () => {
      while (!rebuilt("orders")?.replay)
        await new Promise<void>((resolve) => shop.local.cloud.clock.after(0, "wait", resolve));
      return control.say("rebuild orders cancel");
    })();
    const [{ said }] = await shop.drive(Promise.all([cancelled, under]));
    expect(said).toMatch(/was cancelled after \d+ of \d+ archived events/);
    expect(rebuilt("orders").state).toBe("cancelled");
    expect((await say("rebuild orders")).said).toContain("is rebuilt");
    expect(await hashes()).toEqual(before);
  });

  it("is over when time is put back, and says so", async () => {
    await placeSome();
    await say("pause projection orders");
    const { over } = await shop.drive(control.rebuilds.start(views[0] as (typeof views)[0]));
    await shop.clock.advance(1_000);
    const { trace } = shop.local.cloud;
    trace.turn();
    trace.write({ kind: "clock", what: "rewound", to: trace.last, cause: undefined });
    expect(await over).toMatchObject({ state: "failed" });
    await shop.clock.advance(1_000);
    expect(rebuilt("orders").why).toContain("Time was put back");
    expect(rebuilt("orders").state).toBe("failed");
  });

  it("says in one sentence what it cannot do", async () => {
    await expect(say("rebuild nothing")).rejects.toThrow("there are orders, products, sales");
    await expect(say("rebuild orders now")).rejects.toThrow("Which view?");
    await expect(say("rebuild orders cancel")).rejects.toThrow("is not being rebuilt");
    await expect(say("spoil")).rejects.toThrow("Which view?");
    await expect(say("spoil orders")).rejects.toThrow("place an order first");
    expect((await say("rebuild")).said).toBe("Nothing was rebuilt yet.");
    expect(rebuilt("orders")).toBeUndefined();
  });
});
