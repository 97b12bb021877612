import { virtualClock } from "emulator/kernel/clock";
import { driverOf } from "emulator/kernel/drive";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openShop } from "../open.ts";
import type { Shop } from "../shop.ts";

const clock = virtualClock();
let local: Shop;

const drive = driverOf(clock);

type Order = {
  orderId: string;
  status: string;
  total: object;
  paid: unknown;
  timeline: { what: string }[];
};

const place = (as: string, key: string, lines: object[], paymentToken = "tok_approve") =>
  drive(
    local.api({
      method: "POST",
      path: "/orders",
      as,
      headers: { "idempotency-key": key },
      body: { lines, paymentToken },
    }),
  );
const read = async (as: string, orderId: string) =>
  (await drive(local.api({ path: `/orders/${orderId}`, as }))).json() as Order;

/** The order as it is once nothing moves any more. */
const settled = async (as: string, orderId: string) => {
  await clock.advance(60_000);
  return read(as, orderId);
};

beforeAll(async () => {
  local = await drive(openShop({ clock, runtime: "inline" }));
});
afterAll(() => local.stop());

describe("the whole shop in one process, under virtual time", () => {
  test("an order goes through, and its customer hears of it", async () => {
    const lines = [
      { productId: "prd_goldfish", quantity: 1 },
      { productId: "prd_fish-food", quantity: 2 },
    ];
    const placed = await place("alice", "an-order-that-goes-through", lines);
    expect(placed.status).toBe(202);
    const { orderId } = placed.json() as Order;
    expect(placed.headers.get("location")).toBe(`/orders/${orderId}`);

    const order = await settled("alice", orderId);
    expect(order).toMatchObject({ status: "CONFIRMED", paid: { amount: 2498, currency: "USD" } });
    expect(order.timeline.map(({ what }) => what)).toEqual(
      expect.arrayContaining(["OrderPlaced", "StockReserved", "OrderConfirmed", "PaymentCaptured"]),
    );
    const mails = local.emails().filter(({ to }) => to.includes("alice@example.com"));
    expect(mails).toHaveLength(1);
    expect(mails[0]).toMatchObject({ tags: { order: orderId } });
    expect(mails[0]?.text).toContain("1 x Goldie the goldfish");
  });

  test("the last animal is sold once", async () => {
    const wanted = [{ productId: "prd_parrot", quantity: 1 }];
    const [first, second] = await Promise.all([
      place("bob", "bob-wants-the-parrot", wanted),
      place("carol", "carol-wants-the-parrot", wanted),
    ]);
    const ids = [first, second].map((answer) => (answer.json() as Order).orderId);
    const outcomes = [
      (await settled("bob", ids[0] as string)).status,
      (await settled("carol", ids[1] as string)).status,
    ];
    expect(outcomes.sort()).toEqual(["CONFIRMED", "REJECTED"]);
  });

  test("nothing was denied, refused or dropped on the way", () => {
    for (const kind of ["iam.denied", "refused-address", "defect", "events.dropped"])
      expect(local.notes(kind), kind).toEqual([]);
  });

  test("a caller's rights are those of its role in the graph", async () => {
    const caller = {
      name: local.nameOf("FindOrder"),
      role: "arn:aws:iam::123456789012:role/petstore-local-FindOrderRole",
    };
    const TableName = local.nameOf("PaymentsTable");
    const scan = local.cloud.call({
      caller,
      service: "dynamodb",
      operation: "Scan",
      input: { TableName },
    });
    await expect(scan).rejects.toThrow("is not authorized to perform: dynamodb:Scan");
  });

  test("the same seed gives the same story", async () => {
    const story = async () => {
      const own = virtualClock({ seed: 7 });
      const shop = await openShop({ clock: own, runtime: "inline", seeded: false });
      const facts: string[] = [];
      shop.cloud.observe(({ kind }) => facts.push(`${own.now()} ${kind}`));
      await driverOf(own)(shop.open());
      shop.stop();
      return facts;
    };
    expect(await story()).toEqual(await story());
  });
});

describe("the pages beside the API", () => {
  const get = (path: string, headers = {}) => drive(local.api({ path, headers }));
  const withToken = (path: string) =>
    `${path}${path.includes("?") ? "&" : "?"}token=${local.pageToken}`;
  /** The cookie that the address with the token is exchanged for. */
  const cookie = async () => {
    const { headers } = await get(withToken("/"));
    return { cookie: (headers.get("set-cookie") ?? "").split(";")[0] };
  };
  const secrets = () => [
    local.administrator.secretAccessKey,
    local.administrator.accessKeyId,
    local.pageToken,
    "eyJ", // what every JWT begins with
  ];

  test("the first page says what is running", async () => {
    const { status, text } = await get("/");
    expect(status).toBe(200);
    for (const words of ["http://127.0.0.1:3000", "POST /orders", "/_local/emails", "/sign-in"])
      expect(text).toContain(words);
  });

  test("without the printed address pages work, and show no credentials", async () => {
    const stranger = { cookie: "petstore-3000=guessed; other=1" };
    for (const path of ["/", "/sign-in", "/sign-in?as=alice", "/_local/token/alice"])
      for (const [asked, headers] of [
        [path, {}],
        [path, stranger],
        [`${path}${path.includes("?") ? "&" : "?"}token=guessed`, {}],
        [`${path}${path.includes("?") ? "&" : "?"}token=`, {}],
      ] as const) {
        const { status, text } = await get(asked, headers);
        expect(status, asked).toBe(/alice/.test(path) ? 403 : 200);
        for (const secret of secrets()) expect(text, asked).not.toContain(secret);
      }
  });

  test("the printed address is exchanged for a cookie, and stays in no address", async () => {
    const { status, headers, text } = await get(withToken("/sign-in?as=alice"));
    expect([status, headers.get("location"), text]).toEqual([303, "/sign-in?as=alice", ""]);
    expect(headers.get("set-cookie")).toBe(
      `petstore-3000=${local.pageToken}; HttpOnly; SameSite=Strict; Path=/`,
    );
    const { text: home } = await get("/", await cookie());
    expect(home).toContain(local.administrator.secretAccessKey);
    expect(home).not.toContain(local.pageToken);
  });

  test("a page that is somebody else's gets no cookie", async () => {
    const { status, headers } = await get(withToken("/orders"));
    expect([status, headers.get("set-cookie")]).toEqual([401, null]);
  });

  test("signing in shows a token and lines that use it", async () => {
    const { text } = await get("/sign-in?as=alice", await cookie());
    const token = /<h2>Token<\/h2><pre>([^<]+)</.exec(text)?.[1] as string;
    const answer = await drive(
      local.api({ path: "/orders", headers: { authorization: `Bearer ${token}` } }),
    );
    expect(answer.status).toBe(200);
    const address = /curl -s '([^']+)'/.exec(text)?.[1] as string;
    expect((await drive(local.fetch(address))).status).toBe(200);
    expect((await get("/sign-in?as=%3Cscript%3E", await cookie())).status).toBe(404);
  });

  test("a token is to be had by name", async () => {
    expect((await get(withToken("/_local/token/bob?format=json"))).json()).toMatchObject({
      customerId: expect.stringMatching(/^cus_/),
    });
    expect((await get(withToken("/_local/token/bob"))).text).toMatch(/^eyJ/);
    expect((await get(withToken("/_local/token/mallory"))).json()).toEqual({
      message: "There is no account mallory; there are alice, bob, carol, admin.",
    });
    expect((await get("/_local/token/mallory")).json()).toEqual({
      message:
        "Tokens are for whoever has that of the address which npm start printed: /_local/token/alice?token=…",
    });
  });

  test("every answer of the shop's own says what it is, and is shown in nobody's frame", async () => {
    for (const path of [
      "/",
      withToken("/"),
      "/sign-in",
      "/sign-in?as=alice",
      withToken("/_local/token/alice"),
      "/_local/token/alice",
      "/_local/emails",
      "/_local/emails/none",
      "/_local/health",
      "/_local/nothing",
    ]) {
      const { headers } = await get(path);
      expect(headers.get("x-content-type-options"), path).toBe("nosniff");
      expect(headers.get("referrer-policy"), path).toBe("no-referrer");
      expect(headers.get("cache-control"), path).toBe("no-store");
      const policy = headers.get("content-security-policy");
      expect(policy, path).toContain("default-src 'none'");
      expect(policy, path).toContain("frame-ancestors 'none'");
    }
    const keys = await get("/_local/issuer/.well-known/jwks.json");
    expect(keys.headers.get("x-content-type-options")).toBe("nosniff");
  });

  test("e-mails are shown, and their HTML cannot run", async () => {
    const emails = (await get("/_local/emails?format=json")).json() as { id: string }[];
    expect(emails.length).toBeGreaterThan(0);
    const one = await get(`/_local/emails/${emails[0]?.id}`);
    expect(one.headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(one.text).toContain('<iframe sandbox=""');
  });

  test("health, and what is not there", async () => {
    expect((await get("/_local/health")).json()).toEqual({ status: "ok" });
    expect((await get("/_local/nothing")).status).toBe(404);
    expect((await get("/nowhere")).text).toBe('{"message":"Not Found"}');
  });
});
