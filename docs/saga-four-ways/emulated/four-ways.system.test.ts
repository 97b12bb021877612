import { readFileSync } from "node:fs";
import type { Call } from "emulator/kernel/engine";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sendOn } from "../../../local/sim/people.ts";
import { by, isWrite, spoil } from "../../../local/spoil.ts";
import { type VirtualShop, virtualShop } from "../../../local/virtual-shop.ts";
import { stories as durableStories, withRunner } from "../durable-function/stories.ts";
import { countDurable, countOrder } from "./count.ts";
import { stories, tell, withDefect } from "./stories.ts";
import { DURABLE, readFigures, tableOf } from "./table.ts";
import { ways } from "./ways.ts";

const others = ways().filter(({ variant }) => variant);

describe.each(others)("the saga as $name", ({ name, variant }) => {
  let shop: VirtualShop;
  beforeAll(async () => {
    shop = await virtualShop({ variant });
  });
  afterAll(() => shop?.local.stop());

  it.each(stories)("ends well: $name", async (story) =>
    expect(await tell(shop, story)).toEqual([]),
  );

  it("gives an order up for a defect of ours, if anybody is there to do so", async () => {
    const own = await virtualShop({ variant });
    expect(await withDefect(own, "ReserveStock")).toEqual(
      name === "choreography"
        ? { broken: "PENDING", mended: "CONFIRMED" } // the sweeper had all of it told again
        : { broken: "REJECTED", mended: "REJECTED" },
    );
    await own.local.stop();
  });

  it("gives nothing up for a defect of ours after the pivot, and goes on when it is mended", async () => {
    const own = await virtualShop({ variant });
    expect(await withDefect(own, "CapturePayment")).toEqual({
      ...{ broken: "CONFIRMED", mended: "CONFIRMED" },
    });
    await own.settle();
    const { deadLetters } = await own.books();
    // No sweeper looks after an order that is confirmed: a person sends the event on.
    expect(deadLetters.length).toBe(name === "choreography" ? 1 : 0);
    if (name === "choreography") await sendOn(own.local);
    await own.settle();
    expect(await own.broken()).toEqual([]);
    await own.local.stop();
  });

  it("has begun no execution of FulfilOrder", async () => {
    const stateMachineArn =
      "arn:aws:states:us-east-1:123456789012:stateMachine:petstore-local-FulfilOrder";
    const { executions } = await shop.local.call("states", "ListExecutions", { stateMachineArn });
    expect(executions).toEqual([]);
  });
});

describe("the saga as a process manager", () => {
  it("knows its own writes again whose answers were lost, and needs no sweeper for that", async () => {
    const { variant } = ways().find(({ name }) => name === "process manager") ?? {};
    const shop = await virtualShop({ variant });
    const isItsWrite = (call: Call) => by("WalkOrder")(call) && isWrite(call);
    const { spoilt } = spoil(shop.local, isItsWrite, "is done, but its answer is lost");
    const orderId = await shop.order();
    await shop.clock.advance(2 * 60_000);
    expect(await shop.read(orderId)).toMatchObject({ status: "CONFIRMED" });
    await shop.settle();
    expect(await shop.broken()).toEqual([]);
    expect(spoilt.length).toBeGreaterThan(5);
    await shop.local.stop();
  });

  it("leaves an order that a person has resumed as it is, when its earlier run is begun late", async () => {
    const { variant } = ways().find(({ name }) => name === "process manager") ?? {};
    const shop = await virtualShop({ variant });
    const begin = (name: string, resumed?: number) => {
      const run = { saga: "FulfilOrder", name };
      const begin = { orderId: "ord_one", run, ...(resumed && { resumed, again: true }) };
      const body = JSON.stringify({ begin });
      const event = { Records: [{ body, messageId: name, attributes: {} }] };
      return shop.drive(shop.local.invoke("WalkOrder", event));
    };
    const TableName = "petstore-local-FulfilmentTableTable";
    const row = async () => {
      const Key = { orderId: { S: "ord_one" } };
      return (await shop.local.call("dynamodb", "GetItem", { TableName, Key })).Item;
    };
    await begin("ord_one-1", 1);
    const walk = await row();
    expect(walk).toMatchObject({ run: { S: "ord_one-1" } });
    await begin("ord_one");
    expect(await row()).toMatchObject({ run: { S: "ord_one-1" } });
    await begin("ord_one-2", 2);
    expect(await row()).toMatchObject({ run: { S: "ord_one-2" } });
    await shop.local.stop();
  });
});

describe("the saga as a durable function, in the SDK's local runner", () => {
  // The runner's time is the wall's: `npm run four-ways` tells them all.
  const some = durableStories.filter(({ name }) => !/lost/.test(name) || /Capture|Void/.test(name));

  it("ends its stories well", async () => {
    // At once: what takes seconds in them is waited for.
    const told = await withRunner(() => Promise.all(some.map(({ tell }) => tell())));
    expect(Object.fromEntries(some.map(({ name }, i) => [name, told[i]]))).toEqual(
      Object.fromEntries(some.map(({ name }) => [name, []])),
    );
  });
});

describe("what the page says of the four ways", () => {
  it("is the table of its figures", () =>
    expect(readFileSync("docs/saga-four-ways/README.md", "utf8")).toContain(
      tableOf(readFigures()),
    ));

  it.each(ways())("is still what an order costs as $name", async (way) =>
    expect(readFigures()[way.name]).toMatchObject(await countOrder(way)),
  );

  it("is still what it costs as a durable function", async () =>
    expect(readFigures()[DURABLE]).toMatchObject(await countDurable()));
});
