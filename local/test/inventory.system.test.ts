import { newTrace } from "@petstore/core/context";
import { usd } from "@petstore/core/money";
import { OrderId } from "@petstore/events/ids";
import { AwsError, type Call } from "emulator/kernel/engine";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { by, spoil } from "../spoil.ts";
import { type VirtualShop, virtualShop } from "../virtual-shop.ts";
import { withoutSchedules } from "./long-waits.ts";

const HOUR = 60 * 60_000;
const [goldfish, flakes] = ["prd_test-goldfish", "prd_test-flakes"];

let clock: VirtualShop["clock"];
let local: VirtualShop["local"];
let meanwhile: VirtualShop["drive"];

const all = <T>(work: Promise<T>[]) => meanwhile(Promise.allSettled(work));
const invoke = (name: string, payload: unknown) => meanwhile(local.invoke(name, payload));

/** The data of OrderPlaced, as the saga hands it to its steps. */
const order = (quantities: Record<string, number> = { [goldfish]: 1 }) => {
  const orderId = OrderId.create();
  const lines = Object.entries(quantities).map(([productId, quantity]) => ({
    productId,
    quantity,
    name: productId,
    unitPrice: usd(100),
  }));
  const input = { orderId, lines, total: usd(100), paymentToken: "tok_approve" };
  return { ...input, customerId: "cus_ada" as const, trace: newTrace(orderId) };
};

const receive = (lines: object[], key: string = crypto.randomUUID(), as = "admin") =>
  meanwhile(
    local.api({
      method: "POST",
      path: "/stock/receipts",
      as,
      headers: { "idempotency-key": key },
      body: { lines },
    }),
  );

type Row = Record<string, { S?: string; N?: string }>;
const rows = async (entity: string): Promise<Row[]> => {
  const TableName = local.nameOf("InventoryTable");
  const { Items } = await local.call("dynamodb", "Scan", { TableName });
  return Items.filter((item: Row) => item.__edb_e__?.S === entity);
};
const available = async (productId: string) => {
  const stock = await rows("stock");
  return Number(stock.find((row) => row.productId?.S === productId)?.available?.N);
};
const statuses = async () => {
  const counts: Record<string, number> = {};
  for (const { status } of await rows("reservation"))
    counts[status?.S ?? ""] = (counts[status?.S ?? ""] ?? 0) + 1;
  return counts;
};

beforeEach(async () => {
  ({ clock, local, drive: meanwhile } = await virtualShop());
  for (const productId of [goldfish, flakes])
    await invoke("ListProduct", {
      productId,
      name: productId,
      description: "",
      kind: "supplies",
      price: usd(100),
    });
});
afterEach(() => local.stop());

describe("deliveries", () => {
  it("put stock on the shelf, once for each key", async () => {
    const lines = [{ productId: goldfish, quantity: 3 }];
    const first = await receive(lines, "key");
    expect(first.status).toBe(201);
    expect(first.json()).toMatchObject({ lines: [{ productId: goldfish, available: 3 }] });
    const again = await receive(lines, "key");
    expect([again.status, again.text]).toEqual([201, first.text]);
    expect(await available(goldfish)).toBe(3);
  });

  it("F03 I5 that differ, under one key at the same moment, are booked once", async () => {
    const one = (productId: string) => receive([{ productId, quantity: 3 }], "key");
    local.cloud.guard(async (call, next) => {
      if (call.operation === "TransactWriteItems")
        // both have read before one of them writes
        await new Promise<void>((resume) => clock.after(1000, "a slow write", resume));
      return next(call);
    });
    const answers = await Promise.all([one(goldfish), one(flakes)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 422]);
    const stock = [await available(goldfish), await available(flakes)];
    expect(stock.reduce((sum, level) => sum + level)).toBe(3);
  });

  it("F05 are never booked a second time, however late they come again, nor are corrections", async () => {
    const count = () =>
      meanwhile(
        local.api({
          method: "POST",
          path: "/stock/adjustments",
          as: "admin",
          headers: { "idempotency-key": "count" },
          body: { productId: goldfish, quantity: 2, reason: "Counted." },
        }),
      );
    const deliver = () => receive([{ productId: goldfish, quantity: 3 }], "key");
    await withoutSchedules(local); // what runs every minute would run half a million times
    expect([(await deliver()).status, (await count()).status]).toEqual([201, 201]);
    for (const days of [2, 8, 400]) {
      await clock.advance(days * 24 * HOUR);
      const expected = days < 3 ? [201, 201] : [409, 409];
      expect([(await deliver()).status, (await count()).status]).toEqual(expected);
      expect(await available(goldfish)).toBe(5);
    }
  });

  it("F10 are refused whole when a line is wrong", async () => {
    const fine = { productId: goldfish, quantity: 1 };
    const wrong = [
      { productId: "prd_unicorn", quantity: 1 },
      fine,
      { productId: flakes, quantity: 0 },
      { productId: flakes, quantity: 1.5 },
      { productId: flakes, quantity: 100_001 },
      { productId: flakes, quantity: 1, price: 1 },
    ];
    for (const line of wrong) expect((await receive([fine, line])).status).toBe(422);
    expect((await receive([])).status).toBe(422);
    expect(await available(goldfish)).toBe(0);
  });

  it("are for administrators, and need a key", async () => {
    const lines = [{ productId: goldfish, quantity: 1 }];
    expect((await receive(lines, "key", "alice")).status).toBe(403);
    const keyless = { method: "POST", path: "/stock/receipts", as: "admin", body: { lines } };
    expect((await meanwhile(local.api(keyless))).status).toBe(400);
    expect((await receive(lines, "key")).status).toBe(201);
    const other = await receive([{ productId: goldfish, quantity: 2 }], "key");
    expect([other.status, other.json()]).toMatchObject([
      422,
      { type: "/problems/idempotency-key-reused" },
    ]);
    expect(await available(goldfish)).toBe(1);
  });

  it("are corrected by a count, but never below zero", async () => {
    await receive([{ productId: goldfish, quantity: 3 }]);
    const adjust = (quantity: number) =>
      meanwhile(
        local.api({
          method: "POST",
          path: "/stock/adjustments",
          as: "admin",
          headers: { "idempotency-key": `adjust ${quantity}`.replace(" ", "") },
          body: { productId: goldfish, quantity, reason: "Counted." },
        }),
      );
    expect((await adjust(-4)).status).toBe(409);
    expect((await adjust(-3)).json()).toMatchObject({ productId: goldfish, available: 0 });
  });
});

describe("buyers", () => {
  it("F44 I2 a hundred of them for sixty goldfish: sixty get one, forty are refused", async () => {
    await receive([
      { productId: goldfish, quantity: 60 },
      { productId: flakes, quantity: 1000 },
    ]);
    const orders = Array.from({ length: 100 }, () => order({ [goldfish]: 1, [flakes]: 1 }));
    const results = await all(orders.map((one) => local.invoke("ReserveStock", one)));
    const lost = results.filter((result) => result.status === "rejected");
    expect(lost.map(({ reason }) => reason.name)).toEqual(Array(40).fill("Refused"));
    expect([await available(goldfish), await available(flakes)]).toEqual([0, 940]);
    expect(await statuses()).toEqual({ HELD: 60, REFUSED: 40 });
  });

  it("F37 hold once, however often they ask", async () => {
    await receive([{ productId: goldfish, quantity: 5 }]);
    const one = order();
    await all([local.invoke("ReserveStock", one), local.invoke("ReserveStock", one)]);
    expect(await available(goldfish)).toBe(4);
  });

  it("F37 hold once when the answer is lost each time", async () => {
    await receive([{ productId: goldfish, quantity: 5 }]);
    const one = order();
    const unguard = local.cloud.guard(async (call, next) => {
      const answer = await next(call);
      if (call.operation !== "TransactWriteItems") return answer;
      throw new AwsError("InternalServerError", "The answer is lost", 500);
    });
    await expect(invoke("ReserveStock", one)).rejects.toThrow();
    unguard();
    await invoke("ReserveStock", one);
    expect(await available(goldfish)).toBe(4);
    expect(await statuses()).toEqual({ HELD: 1 });
  });

  it("F38 F39 do not hold what was undone before it came", async () => {
    await receive([{ productId: goldfish, quantity: 5 }]);
    const one = order();
    await invoke("ReleaseStock", one);
    await expect(invoke("ReserveStock", one)).rejects.toThrow("AlreadyReleased");
    expect(await available(goldfish)).toBe(5);
  });

  it("get back to the shelf what they return", async () => {
    await receive([{ productId: goldfish, quantity: 5 }]);
    const one = order({ [goldfish]: 2 });
    await invoke("ReserveStock", one);
    await invoke("CommitStock", one);
    await expect(invoke("ReleaseStock", one)).rejects.toThrow("AlreadySold");
    await all([local.invoke("ReturnStock", one), local.invoke("ReturnStock", one)]);
    expect(await available(goldfish)).toBe(5);
    expect(await statuses()).toEqual({ RETURNED: 1 });
  });

  it("get back to the shelf what was still held, and a commit that comes too late is refused", async () => {
    await receive([{ productId: goldfish, quantity: 5 }]);
    const one = order({ [goldfish]: 2 });
    await invoke("ReserveStock", one);
    await invoke("ReturnStock", one);
    await expect(invoke("CommitStock", one)).rejects.toThrow("NotReserved");
    expect(await available(goldfish)).toBe(5);
    expect(await statuses()).toEqual({ RELEASED: 1 });
  });
});

describe("reservations that nobody confirms", () => {
  it("F43 expire after an hour, and are told of", async () => {
    await receive([{ productId: goldfish, quantity: 5 }]);
    await invoke("ReserveStock", order({ [goldfish]: 5 }));
    await clock.advance(HOUR - 60_000);
    expect(await statuses()).toEqual({ HELD: 1 });
    await clock.advance(3 * 60_000);
    expect(await statuses()).toEqual({ EXPIRED: 1 });
    expect(await available(goldfish)).toBe(5);
    expect(await local.atRest()).toBe(true);
  });

  it("F43 expire in one run of the sweeper, on however many pages they are", async () => {
    await receive([{ productId: goldfish, quantity: 3 }]);
    for (let i = 0; i < 3; i++) await invoke("ReserveStock", order());
    await withoutSchedules(local);
    await clock.advance(2 * HOUR);
    spoil(
      local,
      (call) => by("SweepReservations")(call) && call.operation === "Query",
      (call, next) => next({ ...call, input: { ...call.input, Limit: 1 } }),
    );
    await invoke("SweepReservations", {});
    expect(await statuses()).toEqual({ EXPIRED: 3 });
  });

  it("F41 are sold after all where the stock is still there", async () => {
    await receive([{ productId: goldfish, quantity: 1 }]);
    const [slow, quick] = [order(), order()];
    await invoke("ReserveStock", slow);
    await clock.advance(HOUR + 2 * 60_000);
    await invoke("ReserveStock", quick);
    await expect(invoke("CommitStock", slow)).rejects.toThrow("SoldOut");
    await invoke("ReleaseStock", quick);
    await invoke("CommitStock", slow);
    expect(await statuses()).toEqual({ SOLD: 1, RELEASED: 1 });
    expect(await available(goldfish)).toBe(0);
  });

  /** Lets two functions read before either of them writes; the first of the two writes first. */
  const together = (first: string, second: string) => {
    const tries: string[] = [];
    const stop = local.cloud.guard(async (call, next) => {
      const who = [first, second].find((name) => call.caller.name.endsWith(`-${name}Function`));
      if (!who || call.operation !== "TransactWriteItems") return next(call);
      const ms = tries.includes(who) ? 0 : who === first ? 1_000 : 2_000;
      tries.push(who);
      await new Promise<void>((resume) => clock.after(ms, "a slow write", resume));
      return next(call);
    });
    return { stop, tries };
  };

  it.each([
    // What loses looks again: the sweep finds it sold, and writes nothing more; the sale takes the stock once more.
    ["CommitStock", "SweepReservations", 1],
    ["SweepReservations", "CommitStock", 2],
  ])(
    "F42 are sold or expire when both have read before one writes (%s is first)",
    async (first, second, writes) => {
      await receive([{ productId: goldfish, quantity: 5 }]);
      const one = order();
      await invoke("ReserveStock", one);
      await withoutSchedules(local); // or the minute's own sweep would come before both
      await clock.advance(HOUR + 1);
      const { stop, tries } = together(first, second);
      await all([local.invoke("SweepReservations", {}), local.invoke("CommitStock", one)]);
      stop();
      expect(tries.filter((name) => name === second)).toHaveLength(writes);
      expect(await statuses()).toEqual({ SOLD: 1 });
      expect(await available(goldfish)).toBe(4);
    },
  );

  it.each([
    ["ReserveStock", "ReleaseStock", { RELEASED: 1 }],
    ["ReleaseStock", "ReserveStock", { RELEASED: 1 }],
  ])(
    "F38 I9 hold nothing where %s and %s have read before one writes",
    async (first, second, left) => {
      await receive([{ productId: goldfish, quantity: 5 }]);
      const one = order();
      const { stop, tries } = together(first, second);
      await all([local.invoke("ReserveStock", one), local.invoke("ReleaseStock", one)]);
      stop();
      expect(new Set(tries)).toEqual(new Set([first, second]));
      expect(await statuses()).toEqual(left);
      expect(await available(goldfish)).toBe(5);
    },
  );
});

it("reserving and committing two lines takes one read and one transaction each", async () => {
  await receive([
    { productId: goldfish, quantity: 5 },
    { productId: flakes, quantity: 5 },
  ]);
  const one = order({ [goldfish]: 1, [flakes]: 1 });
  const calls: string[] = [];
  const unguard = local.cloud.guard((call: Call, next) => {
    if (/ReserveStock|CommitStock/.test(call.caller.name)) calls.push(call.operation);
    return next(call);
  });
  await invoke("ReserveStock", one);
  await invoke("CommitStock", one);
  unguard();
  expect(calls).toEqual([
    "BatchGetItem",
    "TransactWriteItems",
    "BatchGetItem",
    "TransactWriteItems",
  ]);
});
