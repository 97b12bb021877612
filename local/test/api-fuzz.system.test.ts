import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { judge } from "../judge/judge.ts";
import { by, hear, isWrite } from "../spoil.ts";
import { type VirtualShop, virtualShop } from "../virtual-shop.ts";

const CASES = Number(process.env.FUZZ_COUNT ?? 300);

let shop: VirtualShop;
beforeAll(async () => {
  shop = await virtualShop();
});
afterAll(() => shop?.local.stop());

const line = fc.record({
  productId: fc.constantFrom("prd_hay", "prd_collar", "prd_fish-food", "prd_parrot"),
  quantity: fc.integer({ min: 1, max: 3 }),
});
const order = fc.record({
  lines: fc.uniqueArray(line, {
    minLength: 1,
    maxLength: 3,
    selector: ({ productId }) => productId,
  }),
  paymentToken: fc.constantFrom("tok_approve", "tok_decline", "tok_nonsense"),
});
const wrong = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom(
    -1,
    0,
    1.5,
    1e21,
    "1",
    null,
    "prd_unicorn",
    "PRICE#prd_hay",
    "__proto__",
    "\u0000",
    "💥",
  ),
);

type Json = { [key: string]: Json } | Json[] | string | number | boolean | null;
/** Every place in a value: the ways to it. */
const placesIn = (value: Json): (string | number)[][] => [
  [],
  ...(typeof value === "object" && value !== null
    ? Object.entries(value).flatMap(([key, inner]) => placesIn(inner).map((way) => [key, ...way]))
    : []),
];
const changed = (
  value: Json,
  [key, ...way]: (string | number)[],
  to: Json | undefined,
): Json | undefined => {
  if (key === undefined) return to;
  const copy = (typeof value === "object" && value ? structuredClone(value) : {}) as {
    [key: string | number]: Json;
  };
  const inner = changed(copy[key] ?? null, way, to);
  if (inner === undefined) delete copy[key];
  else copy[key] = inner;
  return copy as Json;
};

/** Good orders, and good orders of which one place was changed, taken away or added to. */
const mutated = fc
  .tuple(order, fc.nat(), fc.option(wrong, { nil: undefined }), fc.string({ maxLength: 5 }))
  .map(([good, at, value, name]) => {
    const places = placesIn(good as Json);
    const place = places[at % places.length] ?? [];
    const added = at % 3 === 0 ? [...place, name] : place;
    return JSON.stringify(changed(good as Json, added, value as Json | undefined)) ?? "";
  });
/** Good orders as text, of which a piece was cut out or replaced. */
const torn = fc
  .tuple(order, fc.nat(), fc.nat(20), fc.string({ maxLength: 3, unit: "binary" }))
  .map(([good, at, length, text]) => {
    const whole = JSON.stringify(good);
    const from = at % whole.length;
    return whole.slice(0, from) + text + whole.slice(from + length);
  });
const body = fc.oneof(
  order.map((good) => JSON.stringify(good)),
  mutated,
  mutated,
  torn,
  fc.json(),
  fc.string(),
);
const headers = fc.record(
  {
    "content-type": fc.constantFrom(
      "application/json",
      "application/json",
      "application/json; charset=utf-8",
      "text/plain",
      "application/xml",
    ),
    "x-forwarded-for": fc.constantFrom("10.0.0.1", "💥".length.toString(), "a,b,c"),
    traceparent: fc.constantFrom("00-zz", `00-${"a".repeat(32)}-${"b".repeat(16)}-01`),
  },
  { requiredKeys: [] },
);

it(`F10 I6 whatever is sent (${CASES} requests), no answer is a 5xx, and nothing is written for a 4xx`, async () => {
  const writes = hear(shop.local, (call) => isWrite(call) && by("OrdersApi")(call));
  const answers: Record<number, number> = {};
  let sent = 0;
  const property = fc.asyncProperty(body, headers, async (text, more) => {
    const before = writes.length;
    sent += 1;
    const answer = await shop.drive(
      shop.local.api({
        method: "POST",
        path: "/orders",
        as: "alice",
        headers: { "idempotency-key": `fuzz-${sent}`, ...more },
        body: text,
      }),
    );
    answers[answer.status] = (answers[answer.status] ?? 0) + 1;
    expect([202, 400, 413, 415, 422]).toContain(answer.status);
    expect(writes.length - before).toBe(answer.status === 202 ? 1 : 0);
    if (answer.status !== 202) {
      expect(answer.headers.get("content-type")).toBe("application/problem+json");
      expect(answer.json()).toMatchObject({
        type: expect.stringMatching(/^\/problems\/[a-z-]+$/),
        status: answer.status,
      });
    }
    await shop.clock.advance(60); // twenty orders a second are let in
  });
  await fc.assert(property, { numRuns: CASES, seed: 20_260_101 });
  for (const status of [202, 400, 415, 422])
    expect(answers[status], `${status}`).toBeGreaterThan(5);

  await shop.settle();
  const books = await shop.books();
  expect(books.orders).toHaveLength(answers[202] ?? 0);
  expect(judge(books)).toEqual([]);
});

it(`F10 whatever is asked of the other routes (${CASES} requests), no answer is a 5xx, and nothing is written`, async () => {
  const writes = hear(
    shop.local,
    (call) => isWrite(call) && /(OrdersApi|ReadSideApi|InventoryApi)/.test(call.caller.name),
  );
  const text = fc.oneof(
    fc.string({ maxLength: 40 }),
    fc.constantFrom("ord_01J00000000000000000000000", "prd_hay", "..", "%"),
  );
  const path = fc.oneof(
    text.map((id) => `/orders/${encodeURIComponent(id)}`),
    text.map((id) => `/products/${encodeURIComponent(id)}`),
    text.map((cursor) => `/orders?cursor=${encodeURIComponent(cursor)}`),
    text.map((cursor) => `/products?limit=5&cursor=${encodeURIComponent(cursor)}`),
    text.map((date) => `/reports/daily-sales?date=${encodeURIComponent(date)}`),
    text.map((key) => `/orders?${encodeURIComponent(key)}=1`),
  );
  const property = fc.asyncProperty(path, fc.constantFrom("alice", "admin"), async (where, as) => {
    const { status } = await shop.drive(shop.local.api({ path: where, as }));
    expect(status).toBeLessThan(500);
    await shop.clock.advance(20);
  });
  await fc.assert(property, { numRuns: CASES, seed: 20_260_102 });
  expect(writes).toEqual([]);
});
