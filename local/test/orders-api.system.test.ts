import type { Call } from "emulator/kernel/engine";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { judge } from "../judge/judge.ts";
import { by, hear, isWrite } from "../spoil.ts";
import { type VirtualShop, virtualShop } from "../virtual-shop.ts";

const hay = { productId: "prd_hay", quantity: 1 };
const good = { lines: [hay], paymentToken: "tok_approve" };
const withLines = (...lines: unknown[]) => ({ ...good, lines });
const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);

let shop: VirtualShop;
let writes: Call[];
let keys = 0;
beforeAll(async () => {
  shop = await virtualShop();
  writes = hear(shop.local, isWrite);
});
afterAll(() => shop?.local.stop());
beforeEach(() => shop.clock.advance(1_000)); // or the route's throttle would be the one to answer

type Request = Parameters<VirtualShop["local"]["api"]>[0];
const ask = (request: Request) => shop.drive(shop.local.api(request));
const post = (body: unknown, headers: Record<string, string> = {}) =>
  ask({
    method: "POST",
    path: "/orders",
    as: "alice",
    headers: { "idempotency-key": `api-${++keys}`, ...headers },
    body,
  });
const problemOf = (answer: Awaited<ReturnType<typeof ask>>) => {
  expect(answer.headers.get("content-type")).toBe("application/problem+json");
  const { type, title, status, detail } = answer.json() as Record<string, string>;
  expect(title?.length).toBeGreaterThan(3);
  expect(detail?.length).toBeGreaterThan(3);
  expect(status).toBe(answer.status);
  return [answer.status, type];
};

describe("F10 a request that is not an order", () => {
  const invalid = [422, "/problems/invalid"];
  const malformed = [400, "/problems/malformed"];
  const cases: [what: string, body: unknown, answer: unknown[]][] = [
    ["malformed JSON", '{"lines":', malformed],
    ["an empty body", "", malformed],
    ["a list", [good], invalid],
    ["null", "null", invalid],
    ["a string", '"order"', invalid],
    ["no lines", { paymentToken: "tok_approve" }, invalid],
    ["empty lines", withLines(), invalid],
    ["lines that are no list", { ...good, lines: hay }, invalid],
    ["a quantity of zero", withLines({ ...hay, quantity: 0 }), invalid],
    ["a negative quantity", withLines({ ...hay, quantity: -1 }), invalid],
    ["a fraction", withLines({ ...hay, quantity: 1.5 }), invalid],
    ["a quantity beyond the limit", withLines({ ...hay, quantity: 101 }), invalid],
    ["a huge quantity", `{"lines":[{"productId":"prd_hay","quantity":1e308}]}`, invalid],
    ["an infinite quantity", `{"lines":[{"productId":"prd_hay","quantity":1e999}]}`, invalid],
    ["a quantity in words", withLines({ ...hay, quantity: "1" }), invalid],
    ["a quantity that is true", withLines({ ...hay, quantity: true }), invalid],
    ["a thousand lines", withLines(...Array(1000).fill(hay)), invalid],
    [
      "21 products",
      withLines(...Array.from({ length: 21 }, (_, i) => ({ ...hay, productId: `prd_${i}` }))),
      invalid,
    ],
    ["the same product twice", withLines(hay, { ...hay, quantity: 2 }), invalid],
    [
      "an unknown product",
      withLines({ ...hay, productId: "prd_unicorn" }),
      [422, "/problems/unknown-product"],
    ],
    [
      "one unknown product of two",
      withLines(hay, { ...hay, productId: "prd_x" }),
      [422, "/problems/unknown-product"],
    ],
    ["a product id in unicode", withLines({ ...hay, productId: "prd_ｈａｙ" }), invalid],
    [
      "a product id that is a key of ours",
      withLines({ ...hay, productId: "PRICE#prd_hay" }),
      invalid,
    ],
    [
      "a price for a line",
      withLines({ ...hay, unitPrice: { amount: 1, currency: "USD" } }),
      invalid,
    ],
    ["a total", { ...good, total: { amount: 1, currency: "USD" } }, invalid],
    ["somebody else as customer", { ...good, customerId: "cus_b0b" }, invalid],
    [
      "a prototype",
      '{"lines":[{"productId":"prd_hay","quantity":1}],"paymentToken":"tok_approve","__proto__":{"a":1}}',
      invalid,
    ],
    ["no payment token", { lines: [hay] }, invalid],
    ["a payment token in unicode", { ...good, paymentToken: "tok_💳" }, invalid],
    ["a card number", { ...good, paymentToken: "4242424242424242" }, invalid],
    ["a token of 100 characters", { ...good, paymentToken: `tok_${"a".repeat(96)}` }, invalid],
    [
      "lists in lists in lists",
      `{"lines":${nested(20_000)},"paymentToken":"tok_approve"}`,
      invalid,
    ],
    ["lists that never end", "[".repeat(50_000), malformed],
    ["70 KB", { ...good, note: "x".repeat(70_000) }, [413, "/problems/body-too-large"]],
    ["70 KB of unicode", { ...good, note: "€".repeat(24_000) }, [413, "/problems/body-too-large"]],
  ];

  it.each(cases)(
    "with %s is answered with one clear problem, and nothing is written",
    async (_, body, answer) => {
      const before = writes.length;
      expect(problemOf(await post(body))).toEqual(answer);
      expect(writes.slice(before)).toEqual([]);
    },
  );

  it.each(["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])(
    "but of the content type %j is told what to send",
    async (type) => {
      const before = writes.length;
      const answer = await post(JSON.stringify(good), { "content-type": type });
      expect(problemOf(answer)).toEqual([415, "/problems/unsupported-media-type"]);
      expect(writes.slice(before)).toEqual([]);
    },
  );

  it.each([
    ["none", undefined],
    ["an empty one", ""],
    ["two words", "two words"],
    ["one of 129 characters", "k".repeat(129)],
    ["one in French", "clé"],
    ["one that was sent twice, as an HTTP API joins it", "a-key,a-key"],
    ["an emoji, as its bytes travel", Buffer.from("🔑").toString("latin1")],
  ])("with %s as Idempotency-Key is told to send a good one", async (_, key) => {
    const before = writes.length;
    const answer = await ask({
      method: "POST",
      path: "/orders",
      as: "alice",
      headers: key === undefined ? {} : { "idempotency-key": key },
      body: good,
    });
    expect(problemOf(answer)).toEqual([400, "/problems/idempotency-key-missing"]);
    expect(writes.slice(before)).toEqual([]);
  });

  it("leaves the books as they are", async () => {
    const before = await shop.books();
    for (const [, body] of cases) await post(body);
    await shop.settle();
    expect(await shop.books()).toEqual(before);
    expect(before.orders).toEqual([]);
  });

  it("does not stop the next one that is", async () => {
    const { status, headers } = await post(good);
    expect([status, headers.get("content-type")]).toEqual([202, "application/json"]);
  });
});

describe("what is wrong with a request is said in one plain sentence", () => {
  const { paymentToken: _, ...unpaid } = good;
  it.each<[unknown, string]>([
    ["[]", "The body must be an object."],
    ["null", "The body must be an object."],
    [unpaid, "paymentToken is missing."],
    [
      { ...good, paymentToken: "4242" },
      "paymentToken must be a token of the payment provider (tok_…).",
    ],
    [{ ...good, lines: hay }, "lines must be a list."],
    [withLines(), "lines must have at least 1 entry."],
    [withLines(hay, hay), "lines must name each product once."],
    [withLines({ ...hay, quantity: 101 }), "lines.0.quantity must be at most 100."],
    [withLines({ ...hay, quantity: 0 }), "lines.0.quantity must be at least 1."],
    [withLines({ ...hay, quantity: 1.5 }), "lines.0.quantity must be a whole number."],
    [withLines({ ...hay, quantity: "1" }), "lines.0.quantity must be a number."],
    [
      withLines({ ...hay, productId: "hay" }),
      "lines.0.productId must be prd_ and a name in kebab-case.",
    ],
    [{ ...good, total: 1 }, "The body has what nobody asked for: total."],
  ])("%j", async (body, sentence) => {
    const answer = (await post(body)).json() as { detail: string; errors: object[] };
    expect(answer.detail).toBe(sentence);
    expect(JSON.stringify(answer)).not.toMatch(/expected|received|input|Invalid /i);
  });

  it.each([
    ["/orders/ord_1", "orderId must be an id (ord_…)."],
    ["/orders?limit=x", "limit must be a number."],
    ["/orders?limit=101", "limit must be at most 100."],
    ["/orders?cursor=x", "cursor must be the cursor of an earlier page."],
    ["/reports/daily-sales?date=today", "date must be a date (YYYY-MM-DD)."],
  ])("%s", async (path, sentence) =>
    expect((await ask({ path, as: "admin" })).json()).toMatchObject({ detail: sentence }),
  );
});

describe("a path that leads nowhere", () => {
  it.each([
    ["GET", "/nowhere"],
    ["PUT", "/orders"],
    ["DELETE", "/orders"],
    ["PATCH", "/orders/ord_01J00000000000000000000000"],
    ["GET", "/orders/ord_01J00000000000000000000000/cancel"],
    ["POST", "/orders/cancel"],
    ["POST", "/orders/a/b/cancel"],
  ])("%s %s is answered 404 by the API itself: no function hears of it", async (method, path) => {
    const heard = hear(shop.local, ({ caller }) => caller.role === "apigateway.amazonaws.com");
    const answer = await ask({ method, path, as: "alice" });
    expect([answer.status, answer.json()]).toEqual([404, { message: "Not Found" }]);
    expect(heard).toEqual([]);
  });

  it.each(["ord_", "ord_1", "ORD_01J00000000000000000000000", "ord_01J0000000000000000000000€"])(
    "an order by the id %s is no question that we understand",
    async (id) => {
      expect(problemOf(await ask({ path: `/orders/${id}`, as: "alice" }))).toEqual([
        422,
        "/problems/invalid",
      ]);
      const cancel = { method: "POST", path: `/orders/${id}/cancel`, as: "alice" };
      expect(problemOf(await ask(cancel))).toEqual([422, "/problems/invalid"]);
    },
  );
});

describe("a path that the HTTP API decodes before it looks for a route", () => {
  it.each(["%00", "..%2f..%2fadmin"])("leads nowhere where it holds %s", async (id) => {
    const look = await ask({ path: `/orders/${id}`, as: "alice" });
    expect(look.status).toBe(404);
    const cancel = await ask({ method: "POST", path: `/orders/${id}/cancel`, as: "alice" });
    expect([404, 422]).toContain(cancel.status);
  });
});

describe("I6 somebody else's order", () => {
  it("answers like one that was never placed: to a look, to a cancellation, in a list", async () => {
    const { orderId } = (await post(good)).json() as { orderId: string };
    await shop.settle();
    const unknown = "ord_01J00000000000000000000000";
    for (const as of ["bob", "admin"]) {
      const [theirs, none] = [
        await ask({ path: `/orders/${orderId}`, as }),
        await ask({ path: `/orders/${unknown}`, as }),
      ];
      expect(problemOf(theirs)).toEqual([404, "/problems/no-such-order"]);
      expect([theirs.status, theirs.text]).toEqual([none.status, none.text]);
      const cancel = (id: string) => ask({ method: "POST", path: `/orders/${id}/cancel`, as });
      const before = writes.length;
      const [cancelled, cancelledNone] = [await cancel(orderId), await cancel(unknown)];
      expect(problemOf(cancelled)).toEqual([404, "/problems/no-such-order"]);
      expect([cancelled.status, cancelled.text]).toEqual([
        cancelledNone.status,
        cancelledNone.text,
      ]);
      expect(writes.slice(before)).toEqual([]);
      expect((await ask({ path: "/orders", as })).json()).toEqual({ items: [], cursor: null });
    }
    expect(await shop.read(orderId)).toMatchObject({ orderId, status: "CONFIRMED" });
  });

  it("stays so right after it was placed, when only the orders context knows of it", async () => {
    const { orderId } = (await post(good)).json() as { orderId: string };
    expect((await ask({ path: `/orders/${orderId}`, as: "bob" })).status).toBe(404);
    expect((await ask({ path: `/orders/${orderId}`, as: "alice" })).status).toBe(200);
    await shop.settle();
  });
});

describe("a list of orders", () => {
  it("comes in pages, newest first, each order once, whatever is placed meanwhile", async () => {
    const ids: string[] = [];
    for (let i = 0; i < 5; i++) {
      const { orderId } = (await shop.place({ as: "carol", lines: [hay] })).json() as {
        orderId: string;
      };
      ids.unshift(orderId);
      await shop.clock.advance(1_000);
    }
    await shop.settle();
    const page = async (cursor = "") => {
      const query = `limit=2${cursor && `&cursor=${encodeURIComponent(cursor)}`}`;
      const { items, cursor: next } = (
        await ask({ path: `/orders?${query}`, as: "carol" })
      ).json() as {
        items: { orderId: string }[];
        cursor: string | null;
      };
      return { ids: items.map(({ orderId }) => orderId), next };
    };
    const first = await page();
    await shop.place({ as: "carol", lines: [hay] });
    await shop.settle();
    const second = await page(first.next ?? "");
    const third = await page(second.next ?? "");
    expect([...first.ids, ...second.ids, ...third.ids]).toEqual(ids);
    expect(third.next).toBeNull();
  });

  it("shows nobody else's with a cursor of theirs", async () => {
    const { items, cursor } = (await ask({ path: "/orders?limit=1", as: "carol" })).json() as {
      items: { orderId: string }[];
      cursor: string;
    };
    const theirs = await ask({ path: `/orders?cursor=${encodeURIComponent(cursor)}`, as: "bob" });
    expect(items).toHaveLength(1);
    expect(theirs.json()).toEqual({ items: [], cursor: null });
  });

  it.each([
    "cursor=nonsense",
    "cursor=",
    "cursor=%00",
    "limit=0",
    "limit=101",
    "limit=1.5",
    "limit=x",
    "name=bob",
  ])("is not asked for by %s", async (query) => {
    expect(problemOf(await ask({ path: `/orders?${query}`, as: "alice" }))).toEqual([
      422,
      "/problems/invalid",
    ]);
  });
});

describe("a cancellation", () => {
  const cancel = (orderId: string) =>
    ask({ method: "POST", path: `/orders/${orderId}/cancel`, as: "alice" });
  const place = async (paymentToken: string) =>
    ((await post({ ...good, paymentToken })).json() as { orderId: string }).orderId;

  it("F62h that comes twice is answered the same, and done once", async () => {
    const orderId = await place("tok_late");
    const first = await cancel(orderId);
    expect([first.status, first.json()]).toEqual([
      202,
      { orderId, status: "CANCELLED", version: 2 },
    ]);
    const before = writes.filter(by("OrdersApi")).length;
    const again = await cancel(orderId);
    expect([again.status, again.text]).toEqual([first.status, first.text]);
    await shop.settle();
    const late = await cancel(orderId);
    expect([late.status, late.text]).toEqual([first.status, first.text]);
    expect(writes.filter(by("OrdersApi")).length).toBe(before);
  });

  it("of an order that was rejected comes too late", async () => {
    const orderId = await place("tok_decline");
    await shop.settle();
    const before = writes.length;
    expect(problemOf(await cancel(orderId))).toEqual([409, "/problems/already-rejected"]);
    expect(writes.slice(before)).toEqual([]);
  });
});

describe("what only administrators may do", () => {
  const admin: Request[] = [
    { method: "POST", path: "/stock/receipts", body: { lines: [hay] } },
    { method: "POST", path: "/stock/adjustments", body: { ...hay, reason: "Counted." } },
    { path: "/reports/daily-sales" },
  ];
  it.each(admin)("$path is forbidden to customers, and nothing is written", async (request) => {
    const before = writes.length;
    const headers = { "idempotency-key": "not-for-you" };
    for (const as of ["alice", "bob", "carol"])
      expect(problemOf(await ask({ ...request, headers, as }))).toEqual([
        403,
        "/problems/forbidden",
      ]);
    expect(writes.slice(before)).toEqual([]);
  });
});

it("all books are in order after all that", async () => {
  await shop.settle();
  expect(judge(await shop.books())).toEqual([]);
});
