import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import { OrderId } from "@petstore/events/ids";
import type { Call } from "emulator/kernel/engine";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { by, hear, spoil } from "../spoil.ts";
import { type VirtualShop, virtualShop } from "../virtual-shop.ts";
import { sweepHourly, withoutSchedules } from "./long-waits.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let shop: VirtualShop;
let lines: string[];
beforeEach(async () => {
  shop = await virtualShop();
  lines = [];
  shop.local.cloud.observe((fact) => {
    if (fact.kind === "log") lines.push(String(fact.line));
  });
  // What a night has found comes in pages, as it would where there is very much of it.
  const TableName = shop.local.nameOf("ReconciliationTable");
  spoil(
    shop.local,
    ({ operation, input }) => operation === "Query" && input.TableName === TableName,
    (one, next) => next({ ...one, input: { ...one.input, Limit: 3 } }),
  );
});
afterEach(() => shop?.local.stop());

type Row = Record<string, unknown>;
const call = (operation: string, input: object) => shop.local.call("dynamodb", operation, input);
/** The rows of an order, a payment or a product; keys may begin with more than its id. */
const rowsOf = async (table: string, id: string): Promise<Row[]> => {
  const { Items } = await call("Scan", { TableName: shop.local.nameOf(table) });
  const rows: Row[] = Items.map((item: never) => unmarshall(item));
  return rows.filter(({ pk }) => String(pk).endsWith(id));
};
const put = (table: string, row: Row) =>
  call("PutItem", {
    TableName: shop.local.nameOf(table),
    Item: marshall(row, { removeUndefinedValues: true }),
  });
const remove = (table: string, { pk, sk }: Row) =>
  call("DeleteItem", { TableName: shop.local.nameOf(table), Key: marshall({ pk, sk }) });
// biome-ignore lint/suspicious/noExplicitAny: a row as it lies in its table
type Any = any;
/** Changes a row as a fault would: no version grows, nobody is told. */
const change = async (table: string, pk: string, edit: (row: Any) => Row) => {
  const [row] = await rowsOf(table, pk);
  await put(table, edit(row));
};
const paymentOf = (orderId: string) => orderId.replace("ord_", "pay_");
/** Takes the events of these types out of our ledger; they are its last ones. */
const forget = async (orderId: string, ...types: string[]) => {
  for (const row of await rowsOf("PaymentsTable", paymentOf(orderId)))
    if (types.includes(String(row.type))) await remove("PaymentsTable", row);
};
const ledger = async (orderId: string) =>
  (await rowsOf("PaymentsTable", paymentOf(orderId))).map(({ type }) => type);
const atProvider = (orderId: string, payment: Row) =>
  change("ProviderTable", paymentOf(orderId), (row) => ({
    ...row,
    payment: { ...row.payment, ...payment },
  }));
const reservationOf = async (orderId: string) =>
  (await rowsOf("InventoryTable", orderId))[0]?.status;
const takeFromShelf = async (productId: string, count: number) => {
  const rows = await rowsOf("InventoryTable", productId);
  const stock = rows.find(({ __edb_e__ }) => __edb_e__ === "stock") as Row;
  await put("InventoryTable", { ...stock, available: Number(stock.available) - count });
};
/** Sets a reservation to another status, with the shelf as it would be then. */
const reserve = async (orderId: string, status: string) => {
  await change("InventoryTable", orderId, (row) => ({ ...row, status }));
  await takeFromShelf("prd_hay", 1);
};

/** Moves a product whenever stock is counted. */
const keepMoving = (productId: string) =>
  spoil(
    shop.local,
    (one) => by("InventoryStateBooks")(one) && one.operation === "Scan",
    async (one, next) => {
      const rows = await rowsOf("InventoryTable", productId);
      const stock = rows.find(({ __edb_e__ }) => __edb_e__ === "stock") as Row;
      await put("InventoryTable", { ...stock, version: Number(stock.version) + 1 });
      return next(one);
    },
  );

const run = () => shop.drive(shop.local.invoke("Reconcile", {}));
const report = async (): Promise<Any> =>
  (await shop.drive(shop.local.api({ path: "/reports/reconciliation", as: "admin" }))).json();
const measured = () =>
  lines.flatMap((line) => /"Differences":(\d+)/.exec(line)?.[1] ?? []).map(Number);
/** A night: its first look, its second, and the report. */
const night = async () => {
  await run();
  await shop.clock.advance(15 * MINUTE);
  await run();
  return report();
};

const settledOrder = async (card?: string) => {
  const orderId = await shop.order(card);
  await shop.settle();
  return orderId;
};
const cancelledOrder = async () => {
  const orderId = await settledOrder();
  await shop.cancel(orderId);
  await shop.settle();
  return orderId;
};

describe("I10 I2 reconciliation", () => {
  it("reports nothing on a good day, whatever is in flight while it looks", async () => {
    const cards = ["approve", "decline", "timeout_approve", "timeout_decline", "late", "twice"];
    const orders: string[] = [];
    const place = async () => {
      for (const card of [...cards, "disorder", "refund_fails"])
        orders.push(await shop.order(`tok_${card}`));
    };
    await place();
    await shop.settle();
    await shop.cancel(orders[0] as string);
    await shop.cancel(orders[7] as string);
    await place();
    await shop.clock.advance(1000);
    await shop.cancel(orders[12] as string);
    const looks = hear(shop.local, (one) => by("Reconcile")(one) && one.operation === "PutItem");
    await run();
    expect(looks.length).toBeGreaterThan(1); // it has seen orders in flight, and will look again
    await place();
    await shop.clock.advance(15 * MINUTE);
    await run();
    expect(await report()).toMatchObject({ complete: true, differences: [] });
    expect(measured()).toEqual([0]);
    expect(await shop.broken()).toEqual([]);
  });

  it("finds each kind of difference, tells of it, and cures what is certain to be cured", async () => {
    const approved = () => settledOrder();
    const unheard = await approved();
    await forget(unheard, "Captured");
    const unsold = await approved();
    await change("InventoryTable", unsold, (row) => ({ ...row, status: "HELD" }));
    const paidBack = await approved();
    await put("PaymentsTable", {
      pk: paymentOf(paidBack),
      sk: "EVENT#000099",
      type: "Refunded",
      data: { amount: { amount: 499, currency: "USD" }, cause: "failure" },
    });
    await atProvider(paidBack, { refunds: { failure: 499 } });
    const forged = await approved();
    await atProvider(forged, { state: "asked" });
    const unbegun = await approved();
    await change("OrdersTable", unbegun, (row) => ({
      ...row,
      state: { ...row.state, status: "PLACED" },
    }));
    const lost = await approved();
    for (const row of await rowsOf("OrdersTable", lost)) await remove("OrdersTable", row);

    const held = await settledOrder("tok_decline");
    await reserve(held, "HELD");
    const kept = await cancelledOrder();
    await forget(kept, "Refunded", "RefundRequested");
    await atProvider(kept, { refunds: {} });
    await reserve(kept, "SOLD");
    const open = await shop.order("tok_late");
    await shop.clock.advance(3_000);
    await shop.cancel(open);
    await shop.settle();
    await forget(open, "Voided", "VoidRequested");
    await atProvider(open, { state: "asked" });
    const unknown = OrderId.create();
    await put("ProviderTable", {
      pk: paymentOf(unknown),
      sk: "PAYMENT",
      payment: {
        ...{ paymentId: paymentOf(unknown), money: { amount: 499, currency: "USD" } },
        ...{ card: "tok_approve", settlesAt: 0, state: "captured", refunds: {}, brokenRefunds: 0 },
      },
      ...{ version: 1, answers: {} },
    });
    await put("ProviderTable", {
      pk: "LEDGER",
      sk: `${paymentOf(unknown)}#captured`,
      posting: [],
      at: new Date(shop.clock.now()).toISOString(),
    });
    await takeFromShelf("prd_parrot", 1);

    // Every list comes in small pages.
    const isList = ({ caller, operation }: Call) =>
      /-\w+StateBooksFunction$|-ProviderApiFunction$/.test(caller.name) &&
      (operation === "Scan" || operation === "Query");
    const isOurs = (one: Call) => isList(one) && !by("PaymentsStateBooks")(one);
    const pages = spoil(
      shop.local,
      (one) => isOurs(one) || (isList(one) && one.operation === "Scan"),
      (one, next) => next({ ...one, input: { ...one.input, Limit: 3 } }),
    );
    const mailed = shop.local.emails().length;
    const published = hear(
      shop.local,
      (one) => by("Reconcile")(one) && one.operation === "PutEvents",
    );
    const { complete, differences } = await night();
    expect(pages.spoilt.length).toBeGreaterThan(30);
    expect(complete).toBe(true);
    const kindsOf = (subject: string) =>
      differences
        .filter((one: Row) => one.subject === subject)
        .map(({ kind, cure }: Row) => (cure ? `${kind}: ${cure}` : kind))
        .sort();
    const found = Object.entries({
      ...{ unheard, unsold, paidBack, forged, unbegun, lost, held, kept, open, unknown },
      parrot: "prd_parrot",
    }).map(([name, subject]) => [name, kindsOf(subject)]);
    expect(Object.fromEntries(found)).toEqual({
      unheard: ["ConfirmedNotPaid: BeginRun", "ProviderAhead: HearProvider"],
      unsold: ["ConfirmedNotSold: BeginRun"],
      paidBack: ["ConfirmedPaidBack"],
      forged: ["ProviderDiffers"],
      unbegun: ["NoRunUnderWay: BeginRun"],
      lost: ["PaymentWithoutOrder", "ReservationWithoutOrder"],
      held: ["StockHeld: ReleaseStock"],
      kept: ["MoneyNotBack", "StockSold"],
      open: ["AuthorizationOpen: VoidPayment"],
      unknown: ["ProviderPaymentUnknown"],
      parrot: ["StockDoesNotAddUp"],
    });
    expect(differences).toHaveLength(14);

    expect(measured()).toEqual([14]);
    expect(lines.filter((line) => /ERROR.*DifferenceFound/.test(line))).toHaveLength(14);
    expect(published).toHaveLength(14);
    await shop.clock.advance(MINUTE);
    const subjects = shop.local
      .emails()
      .slice(mailed)
      .map(({ subject }) => subject);
    expect(subjects.filter((one) => one.startsWith("The books differ"))).toHaveLength(14);

    expect((await ledger(unheard)).at(-1)).toBe("Captured");
    expect(await reservationOf(held)).toBe("RELEASED");
    expect((await ledger(open)).at(-1)).toBe("Voided");

    await run();
    await shop.clock.advance(MINUTE);
    expect(published).toHaveLength(14); // the night is over
  });

  it("sets a confirmed order going again that is neither running nor settled, when nothing else has", async () => {
    const wakeUp = await withoutSchedules(shop.local);
    const deaf = spoil(
      shop.local,
      ({ caller, operation }) => operation === "Invoke" && caller.name.endsWith("RecoverSaga"),
      () => Promise.resolve({ StatusCode: 202 }),
    );
    const capture = spoil(shop.local, by("CapturePayment"), "is lost");
    const orderId = await shop.order();
    await shop.clock.advance(20_000);
    await shop.local.call("states", "StopExecution", {
      executionArn: `arn:aws:states:us-east-1:123456789012:execution:petstore-local-FulfilOrder:${orderId}`,
    });
    capture.stop();
    await shop.clock.advance(2 * HOUR);
    expect(await shop.read(orderId)).toMatchObject({ status: "CONFIRMED", paid: null });
    const { differences } = await night();
    expect(differences.map(({ kind }: Row) => kind)).toContain("ConfirmedNotPaid");
    await wakeUp();
    deaf.stop();
    await shop.settle();
    expect(await shop.read(orderId)).toMatchObject({ status: "CONFIRMED", paid: { amount: 499 } });
    expect(await shop.broken()).toEqual([]);
  });

  it("reports no order that a saga still has in hand", async () => {
    const capture = spoil(shop.local, by("CapturePayment"), "is lost");
    const orderId = await shop.order();
    await shop.clock.advance(MINUTE);
    expect(await shop.read(orderId)).toMatchObject({ status: "CONFIRMED", paid: null });
    expect(await night()).toMatchObject({ complete: true, differences: [] });
    capture.stop();
    await shop.settle();
    expect(await shop.broken()).toEqual([]);
  });

  it("does not judge stock that moves while it is counted, and does when it stands still", async () => {
    await takeFromShelf("prd_parrot", 1);
    await run();
    const sold = keepMoving("prd_parrot");
    await shop.clock.advance(15 * MINUTE);
    await run();
    expect(await report()).toMatchObject({ complete: false, differences: [] });
    sold.stop();
    await run();
    expect(await report()).toMatchObject({
      complete: true,
      differences: [{ subject: "prd_parrot" }],
    });
  });

  it("leaves one message for a person of a night on which the provider is out", async () => {
    await settledOrder();
    const isProvider = ({ caller, operation }: Call) =>
      operation === "Invoke" && caller.name.includes("ProviderApi");
    const outage = spoil(shop.local, isProvider, "is lost");
    const runs = hear(
      shop.local,
      ({ caller, input }) =>
        caller.name.startsWith("schedule ") && JSON.stringify(input).includes("-Reconcile"),
    );
    await sweepHourly(shop.local);
    await shop.clock.advance(6 * HOUR);
    outage.stop();
    expect(runs.length).toBeGreaterThan(30);
    expect(await shop.broken()).toEqual([
      expect.stringMatching(/^petstore-local-ReconcileDlqQueue holds 1(;|$)/),
    ]);
    expect(lines.filter((line) => /ERROR.*failed again this night/.test(line)).length).toBe(
      runs.length - 1,
    );
    expect(await report()).toMatchObject({ complete: false });
    // The next night is another one, and is compared.
    await shop.clock.advance(24 * HOUR);
    expect(await report()).toMatchObject({ complete: true, differences: [] });
  });

  it("tells of a difference once, however many runs the night still takes", async () => {
    const held = await settledOrder("tok_decline");
    await reserve(held, "HELD");
    await takeFromShelf("prd_parrot", 1);
    const published = hear(
      shop.local,
      (one) => by("Reconcile")(one) && one.operation === "PutEvents",
    );
    await run();
    keepMoving("prd_parrot"); // so that the night does not end
    for (let i = 0; i < 3; i++) {
      await shop.clock.advance(12 * MINUTE);
      await run();
    }
    expect(await report()).toMatchObject({ complete: false, differences: [{ subject: held }] });
    expect(published).toHaveLength(1);
  });

  it("waits an hour for stock that moves to stand still, and then says that it was not judged", async () => {
    await takeFromShelf("prd_parrot", 1);
    await run();
    keepMoving("prd_parrot");
    const notJudged = () => lines.filter((line) => line.includes("was not judged"));
    await shop.clock.advance(59 * MINUTE);
    await run();
    expect([await report(), notJudged()]).toMatchObject([{ complete: false }, []]);
    await shop.clock.advance(2 * MINUTE);
    await run();
    expect([await report(), notJudged()]).toMatchObject([
      { complete: true, differences: [] },
      [expect.stringContaining("prd_parrot")],
    ]);
  });

  it("tells on the next run what it could not tell on this one, once", async () => {
    await settledOrder();
    await takeFromShelf("prd_hay", 1);
    await run();
    await shop.clock.advance(15 * MINUTE);
    const isPublish = ({ operation, caller }: { operation: string; caller: { name: string } }) =>
      operation === "PutEvents" && caller.name.endsWith("-ReconcileFunction");
    const outage = spoil(shop.local, isPublish, "is lost");
    await run().catch(() => undefined);
    outage.stop();
    const told = hear(shop.local, isPublish);
    for (let i = 0; i < 2; i++) await run();
    expect(told).toHaveLength(1);
    expect(await report()).toMatchObject({ complete: true, differences: [{ subject: "prd_hay" }] });
  });
});
