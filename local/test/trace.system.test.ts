import type { Entry } from "emulator/kernel/trace";
import { beforeAll, describe, expect, it } from "vitest";
import { type VirtualShop, virtualShop } from "../virtual-shop.ts";

/** What nobody in the shop causes: a request, a call of whoever stands outside, a time that came. */
const isFromOutside = ({ kind, caller }: Entry) =>
  ["api.request", "schedule"].includes(kind) ||
  (kind === "call" && (caller as { name: string }).name === "administrator");

/** Freezes what passes: whoever would change it afterwards would fail. */
const freeze = (value: unknown): void => {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return;
  if (ArrayBuffer.isView(value)) return;
  Object.freeze(value);
  for (const member of Object.values(value)) freeze(member);
};

describe("the trace of an order", () => {
  let shop: VirtualShop;
  let entries: Entry[];
  let orderId: string;
  const known = (seq: number | undefined) =>
    seq === undefined ? undefined : shop.local.cloud.trace.get(seq);
  const chainOf = (entry: Entry | undefined) => {
    const chain: Entry[] = [];
    for (let one = entry; one; one = known(one.cause)) chain.push(one);
    return chain;
  };
  const ofKind = (kind: string) => entries.filter((entry) => entry.kind === kind);

  beforeAll(async () => {
    shop = await virtualShop({ trace: {} });
    await shop.settle();
    const { trace } = shop.local.cloud;
    const before = trace.last;
    trace.hear(freeze);
    orderId = await shop.order();
    await shop.settle();
    entries = trace.entries(before, Number.POSITIVE_INFINITY);
  });

  it("ends well although nobody may change what has passed", async () => {
    expect(await shop.read(orderId)).toMatchObject({ status: "CONFIRMED" });
    expect(shop.local.notes("defect")).toEqual([]);
  });

  it("leads from the e-mail back to the request that placed it", () => {
    const [mail] = ofKind("ses.sent");
    const chain = chainOf(mail);
    expect(chain.at(-1)).toMatchObject({ kind: "api.request", method: "POST", path: "/orders" });
    const kinds = new Set(chain.map(({ kind }) => kind));
    for (const kind of [
      ...["call", "invocation-started", "item", "stream.record", "poll", "events.accepted"],
      ...["events.matched", "states.transition", "sqs.sent", "sqs.received", "url.request"],
    ])
      expect(kinds, kind).toContain(kind);
  });

  it("has no entry without a cause but what comes from outside, and none caused by a later one", () => {
    expect(entries.length).toBeGreaterThan(200);
    const orphans = entries.filter(({ cause }) => cause === undefined);
    expect(orphans.filter((entry) => !isFromOutside(entry))).toEqual([]);
    for (const { seq, cause, causes = [] } of entries)
      for (const one of [...causes, cause ?? 0]) expect(one).toBeLessThan(seq);
  });

  it("has of each call its answer, of each invocation its end, of each request its response", () => {
    for (const [began, ended] of [
      ["call", "answer"],
      ["invocation-started", "invocation-ended"],
      ["api.request", "api.response"],
      ["url.request", "url.response"],
    ] as const)
      expect(new Set(ofKind(ended).map(({ of }) => of))).toEqual(
        new Set(ofKind(began).map(({ seq }) => seq)),
      );
  });

  it("ties a message's receipt to its sending, and a batch to all that is in it", () => {
    const sent = new Map(ofKind("sqs.sent").map(({ seq, messageId }) => [seq, messageId]));
    for (const { from, messageId } of ofKind("sqs.received"))
      expect(sent.get(from as number)).toBe(messageId);
    for (const { got, causes = [] } of ofKind("poll")) expect(causes).toHaveLength(got as number);
  });

  it("shows an item as it was and as it is", () => {
    const orders = ofKind("item").filter(
      ({ key, before }) => before && JSON.stringify(key).includes(orderId),
    );
    expect(orders.length).toBeGreaterThan(0);
    for (const { before, after } of orders) expect(before).not.toEqual(after);
  });
});

it("a shop without a trace does the same", async () => {
  const [traced, plain] = [await virtualShop({ trace: {} }), await virtualShop({ trace: false })];
  const ids = [await traced.order(), await plain.order()];
  await Promise.all([traced.settle(), plain.settle()]);
  expect(ids[1]).toBe(ids[0]);
  expect(plain.clock.now()).toBe(traced.clock.now());
  expect(plain.local.cloud.trace.last).toBe(0);
});
