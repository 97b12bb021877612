import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Step } from "../data/order-rows.ts";
import { type VirtualShop, virtualShop } from "../virtual-shop.ts";
import type { TableRows, ToldData } from "./data.ts";

let shop: VirtualShop;
let orderId: string;
beforeAll(async () => {
  shop = await virtualShop({ trace: {} });
  orderId = await shop.order();
  await shop.settle();
});
afterAll(() => shop.local.stop());

const asks = (path: string, of = shop) =>
  of.drive(
    of.local.api({
      path: `/_local/console/${path}`,
      headers: {
        cookie: `petstore-${new URL(of.local.urls.api).port}=${of.local.pageToken}`,
        "x-petstore": "console",
      },
    }),
  );
const answered = async <T>(path: string, of = shop): Promise<T> => {
  const answer = await asks(path, of);
  expect(answer.status, answer.text).toBe(200);
  return answer.json() as T;
};
const dataOf = (id: string, of = shop) => answered<ToldData>(`data/${id}`, of);
const last = <T>(all: readonly T[]) => all[all.length - 1] as T;
const rowOf = ({ rows }: ToldData, table: string, key = "") => {
  const found = rows.find((row) => row.table === table && `${row.pk} ${row.sk}`.includes(key));
  expect(found, `${table} ${key}`).toBeDefined();
  return found as (typeof rows)[number];
};
const stepsOf = ({ steps }: ToldData, id: string) => steps.filter(({ row }) => row === id);

describe("the data of an order", () => {
  it("is every row that knows it, by table, with the entity that the code makes of it", async () => {
    const data = await dataOf(orderId);
    const named = (table: string, key?: string) => {
      const { after, before } = last(stepsOf(data, rowOf(data, table, key).id));
      const { name, by } = (after ?? before)?.entity ?? {};
      return [name, by];
    };
    expect(named("OrdersTable", "$orders")).toEqual(["order", "ElectroDB"]);
    expect(named("OrdersTable", "IDEMPOTENCY#")).toEqual(["idempotency record", "the code"]);
    expect(named("OrdersOutbox", "000001")).toEqual(["event OrderPlaced", "the code"]);
    expect(named("InventoryTable", "reservation")).toEqual(["reservation", "ElectroDB"]);
    expect(named("InventoryTable", "stock")).toEqual(["stock", "ElectroDB"]);
    expect(named("PaymentsTable", "EVENT#000003")).toEqual(["payment event Captured", "the code"]);
    expect(named("NotificationsTable")).toEqual(["messages", "the code"]);
    expect(named("ProviderTable", "PAYMENT")[0]).toBe("the provider's payment");
    expect(named("ReadTable", "ORDER")[0]).toBe("order view");
    expect(named("ReadTable", "SALES#")[0]).toBe("sale line");
    expect(rowOf(data, "InventoryTable", "stock").shared).toBe(true);
    expect(rowOf(data, "InventoryTable", "reservation").shared).toBe(false);
  });

  it("has the order's row as DynamoDB keeps it, keys first, and as ElectroDB reads it", async () => {
    const data = await dataOf(orderId);
    const [placed] = stepsOf(data, rowOf(data, "OrdersTable", "$orders").id);
    const { raw, entity } = placed?.after ?? { raw: {}, entity: { attributes: {} } };
    expect(Object.keys(raw).slice(0, 4)).toEqual(["pk", "sk", "gsi1pk", "gsi1sk"]);
    expect(raw).toMatchObject({ gsi1pk: "$orders#open_yes", __edb_e__: "order" });
    expect(entity.attributes).toMatchObject({ id: orderId, version: 1, open: "yes" });
    expect(Object.keys(entity.attributes)).not.toContain("pk");
  });

  it("tells each write with its writer and what it changed, in the order of the trace", async () => {
    const { steps, ...data } = await dataOf(orderId);
    expect(steps.map(({ seq }) => seq)).toEqual(
      steps.map(({ seq }) => seq).toSorted((a, b) => a - b),
    );
    const order = rowOf({ ...data, steps }, "OrdersTable", "$orders");
    const [put, confirmed] = stepsOf({ ...data, steps }, order.id);
    expect([put?.who, put?.did, confirmed?.who, confirmed?.did]).toEqual([
      "OrdersApi",
      "put",
      "ConfirmOrder",
      "changed",
    ]);
    expect(confirmed?.raw).toContainEqual({
      path: "state.status",
      before: "PLACED",
      after: "CONFIRMED",
    });
    expect(confirmed?.entity).toContainEqual({ path: "version", before: 1, after: 2 });
    expect(confirmed?.raw).toContainEqual({ path: "gsi1pk", before: "$orders#open_yes" });
  });

  it("sees the outbox's rows come and go, with the relay that published them", async () => {
    const data = await dataOf(orderId);
    const outbox = data.rows.filter(({ table }) => table.endsWith("Outbox"));
    const told = ["OrdersOutbox", "InventoryOutbox", "PaymentsOutbox"];
    expect(outbox.filter(({ table }) => told.includes(table)).length).toBe(6);
    for (const { id } of outbox) {
      const [put, gone] = stepsOf(data, id) as [Step, Step];
      expect([put.did, gone.did]).toEqual(["put", "deleted"]);
      expect(gone.who).toMatch(/RelayOutbox$/);
    }
    const view = rowOf(data, "ReadTable", `${orderId} ORDER`).id;
    const confirmed = rowOf(data, "OrdersOutbox", "000002");
    const sale = rowOf(data, "ReadTable", "SALES#").id;
    expect(confirmed.mirrors.toSorted()).toEqual([sale, view].toSorted());
    expect(rowOf(data, "InventoryTable", "stock").mirrors).toEqual([
      rowOf(data, "ReadTable", "CATALOGUE").id,
    ]);
  });

  it("answers for its customer as the API answers", async () => {
    const data = await dataOf(orderId);
    const answers = data.steps.flatMap(({ answer }) => answer ?? []);
    expect(answers[0]?.now).toMatchObject({
      from: "the order itself",
      body: { status: "PENDING" },
    });
    expect(last(answers).now).toEqual({ from: "the view", body: await shop.read(orderId) });
  });

  it("answers from the order's own row as find-order does, where the view has nothing", async () => {
    const other = await shop.fork();
    await other.drive(
      other.local
        .call("lambda", "ListEventSourceMappings")
        .then(({ EventSourceMappings }) =>
          Promise.all(
            EventSourceMappings.filter((one: { FunctionArn: string }) =>
              one.FunctionArn.includes("ProjectOrders"),
            ).map(({ UUID }: { UUID: string }) =>
              other.local.call("lambda", "UpdateEventSourceMapping", { UUID, Enabled: false }),
            ),
          ),
        ),
    );
    for (const card of ["tok_approve", "tok_decline"]) {
      const id = await other.order(card);
      await other.clock.advance(120_000);
      const { steps } = await dataOf(id, other);
      const { now } = last(steps.flatMap(({ answer }) => answer ?? []));
      expect(now).toEqual({ from: "the order itself", body: await other.read(id) });
    }
    other.local.stop();
  });

  it("says that the beginning is missing, where the trace has forgotten it", async () => {
    const small = await virtualShop({ trace: { bytes: 1_500_000 } });
    const old = await small.order();
    await small.settle();
    expect((await dataOf(old, small)).cut).toBeUndefined();
    for (let i = 0; i < 30; i++) await small.order();
    await small.settle();
    const data = await dataOf(old, small);
    expect(data.cut).toContain("has forgotten the beginning");
    const { id } = rowOf(data, "OrdersTable", "$orders");
    expect(data.base[id]?.entity.attributes).toMatchObject({ id: old, version: 2 });
    expect(data.baseAnswer).toMatchObject({ from: "the view", body: { status: "CONFIRMED" } });
    small.local.stop();
  });

  it("says that a row was changed since, for other orders", async () => {
    const other = await shop.fork();
    const mine = await other.order();
    await other.settle();
    expect(Object.keys((await dataOf(mine, other)).moved)).toEqual([]);
    await other.order();
    await other.settle();
    const data = await dataOf(mine, other);
    expect(Object.keys(data.moved)).toContain(rowOf(data, "InventoryTable", "stock").id);
    other.local.stop();
  });

  it("is refused in one sentence for what is no order", async () => {
    for (const id of ["ord_2G7QV8GGXNH9K5QWKSRWYTN1BX", "x", "..%2f..", "ord_"]) {
      const answer = await asks(`data/${id}`);
      expect(answer.status).toBe(404);
      expect((answer.json() as { detail: string }).detail).toMatch(
        /^No table has a row of the order .*\.$/,
      );
    }
  });
});

describe("a whole table", () => {
  it("is listed with its context, and its rows are found by any text", async () => {
    const { tables } = await answered<{ tables: { id: string; context: string; rows: number }[] }>(
      "tables",
    );
    expect(tables).toContainEqual({
      id: "ReadTable",
      name: shop.local.nameOf("ReadTable"),
      context: "read-side",
      rows: expect.any(Number),
    });
    const all = await answered<TableRows>("tables/ReadTable");
    expect(all.rows.length).toBe(tables.find(({ id }) => id === "ReadTable")?.rows);
    expect(all.more).toBe(false);
    const { rows } = await answered<TableRows>(`tables/ordersTABLE?find=${orderId}`);
    expect(rows.map(({ entity }) => entity).toSorted()).toEqual(["idempotency record", "order"]);
    expect(rows[0]?.order).toBe(orderId);
  });

  it("is never answered whole, and says so", async () => {
    const { rows, more } = await answered<TableRows>("tables/ReadTable?limit=2");
    expect([rows.length, more]).toEqual([2, true]);
    expect((await asks("tables/ReadTable?limit=many")).status).toBe(400);
    expect((await asks("tables/NoTable")).status).toBe(404);
  });
});

it("leaves no entry in the trace and no read in the books by looking", async () => {
  const { last: before } = shop.local.cloud.trace;
  for (const path of [`data/${orderId}`, "tables", "tables/OrdersTable?find=x", "views"])
    await answered(path);
  expect(shop.local.cloud.trace.entries(before, 100)).toEqual([]);
});
