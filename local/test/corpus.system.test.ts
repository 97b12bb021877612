import { globSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Envelope, typesOf } from "@petstore/core/event";
import { placeOf } from "@petstore/core/projection";
import { catalogue } from "@petstore/events/catalogue";
import { OrderPlaced, OrderPlacedV1 } from "@petstore/events/orders";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import whoHearsWhat from "../../infra/who-hears-what.json" with { type: "json" };
import { orderViewEvents } from "../../services/read-side/src/domain/order-view.ts";
import { storyOfEvent, type Taken } from "../console/event-story.ts";
import { eventsPassed } from "../console/events-passed.ts";
import { errorLineOf } from "../error-line.ts";
import { stories } from "../fuzz/stories.ts";
import { nameIn, thingsOf } from "../lens/things.ts";
import { hear } from "../spoil.ts";
import { type VirtualShop, virtualShop } from "../virtual-shop.ts";

const folder = join(import.meta.dirname, "../../packages/events/corpus");

/** The form of an event: which properties it has, and what was chosen where there is a choice. */
const formOf = (value: unknown): unknown => {
  if (Array.isArray(value)) return [...new Set(value.map((one) => JSON.stringify(formOf(one))))];
  if (typeof value !== "object" || value === null) return typeof value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([name, inner]) => [
        name,
        /^(status|cause|cure|kind)$/.test(name) && String(inner).length < 30
          ? inner
          : formOf(inner),
      ])
      .sort(),
  );
};

const types = new Set<string>(catalogue.map(({ type }) => type));
const recorded = () =>
  globSync("*.json", { cwd: folder }).flatMap(
    (file) => JSON.parse(readFileSync(join(folder, file), "utf8")) as Envelope[],
  );

// RECORD_CORPUS=1 npm test -- local/test/corpus   adds what is published today in a form that was not recorded yet.
if (process.env.RECORD_CORPUS)
  it("adds the forms of events that were not published before", async () => {
    const known = recorded();
    const forms = new Set(known.map(({ type, data }) => JSON.stringify([type, formOf(data)])));
    const add = (envelope: Envelope) => {
      if (!types.has(envelope.type)) return; // of AWS itself
      const form = JSON.stringify([envelope.type, formOf(envelope.data)]);
      if (!forms.has(form)) known.push(envelope);
      forms.add(form);
    };
    for (const story of Object.values(stories)) {
      const shop = await virtualShop();
      const calls = hear(shop.local, ({ operation }) => operation === "PutEvents");
      await story(shop);
      await shop.settle();
      shop.local.stop();
      for (const { input } of calls)
        for (const { Detail } of input.Entries) add(JSON.parse(Detail) as Envelope);
    }
    // The first version is not published any more: it is the second one, and what the customer paid with.
    for (const placed of known.filter(({ type }) => type === OrderPlaced.type)) {
      const data = { ...(placed.data as object), paymentToken: "tok_approve" };
      add({ ...placed, ...OrderPlacedV1(data as never) } as Envelope);
    }
    for (const [type, events] of Map.groupBy(known, ({ type }) => type))
      writeFileSync(join(folder, `${type}.json`), `${JSON.stringify(events, null, 2)}\n`);
  });

describe("F27 every event that was ever recorded", () => {
  let shop: VirtualShop;
  let orderId: string;
  let events: Envelope[];
  const errors: string[] = [];
  const taken: Record<string, Taken[]> = {};
  beforeAll(async () => {
    shop = await virtualShop({ trace: {} });
    shop.local.cloud.observe((fact) => {
      const line = fact.kind === "log" && errorLineOf(String(fact.line));
      if (line) errors.push(`${fact.function}: ${line.message} ${line.error}`);
    });
    orderId = await shop.order();
    await shop.settle();
    const { graph, cloud, accounts } = shop.local;
    const before = cloud.trace.last;
    // They are about this order, and news to whoever hears them.
    events = recorded().map((event, i) => {
      const text = JSON.stringify(event)
        .replace(/(ord|pay)_[0-9A-Z]{26}/g, (_, prefix) => orderId.replace("ord", prefix))
        .replace(/cus_[0-9a-zA-Z-]+/g, String(accounts[0]?.customerId));
      const told: Envelope = JSON.parse(text);
      return { ...told, aggregate: { ...told.aggregate, version: 1_000 + i } };
    });
    for (const event of events) {
      const entry = { Source: `petstore.${event.source}`, DetailType: event.type };
      const EventBusName = shop.local.nameOf("Bus");
      const Entries = [{ EventBusName, ...entry, Detail: JSON.stringify(event) }];
      const { FailedEntryCount } = await shop.local.call("events", "PutEvents", { Entries });
      expect(FailedEntryCount).toBe(0);
      await shop.clock.advance(1_000);
    }
    await shop.settle();
    const idOf = nameIn(thingsOf(graph));
    const names = { idOf, deadLettersOf: (target: string) => `${target}Dlq` };
    for (const event of eventsPassed(cloud.trace, () => undefined)().values())
      if (event.seq > before)
        taken[event.type] = [
          ...(taken[event.type] ?? []),
          ...storyOfEvent(cloud.trace, event, names),
        ];
  });
  afterAll(() => shop?.local.stop());

  it("goes through each of today's consumers: none throws at it or parks it, and what the views hear is in them", async () => {
    expect(errors).toEqual([]);
    expect((await shop.books()).deadLetters).toEqual([]);

    const { Item } = await shop.local.call("dynamodb", "GetItem", {
      TableName: shop.local.nameOf("ReadTable"),
      Key: { pk: { S: orderId }, sk: { S: "ORDER" } },
    });
    const viewed = events.filter(({ type }) => typesOf(orderViewEvents).includes(type));
    expect(viewed.length).toBeGreaterThan(20);
    expect(Item.seen.SS).toEqual(expect.arrayContaining(viewed.map(placeOf)));
  });

  it.each(Object.entries(whoHearsWhat))("%s arrives at %j, and is taken", (type, who) => {
    const rules = (taken[type] ?? []).map(({ rule }) => rule.replace(/Rule$/, ""));
    expect([...new Set(rules)].sort()).toEqual(who);
    for (const { rule, lost, attempts } of taken[type] ?? []) {
      expect(lost, rule).toBeUndefined();
      expect(attempts.at(-1), rule).toMatchObject({ ended: true });
      expect(attempts.at(-1)?.error, rule).toBeUndefined();
    }
  });
});
