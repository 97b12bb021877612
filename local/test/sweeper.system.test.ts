import { marshall } from "@aws-sdk/util-dynamodb";
import { outboxKey, seal } from "@petstore/core/outbox";
import { OrderId } from "@petstore/events/ids";
import { OrderNeedsAttention } from "@petstore/events/orders";
import { AwsError } from "emulator/kernel/engine";
import { afterEach, beforeEach, expect, it } from "vitest";
import { by, spoil } from "../spoil.ts";
import { type VirtualShop, virtualShop } from "../virtual-shop.ts";

const MINUTE = 60_000;
let shop: VirtualShop;
beforeEach(async () => {
  shop = await virtualShop();
});
afterEach(() => shop?.local.stop());

type Told = { aggregate: { id: string; version: number } };

/** Lambda gives the relay's rows up, so that the sweeper alone has them. */
const withoutRelay = () =>
  spoil(
    shop.local,
    (call) => by("OrdersRelayOutbox")(call) && call.operation === "PutEvents",
    () => Promise.reject(new AwsError("AccessDeniedException", "Never", 400)),
  );

/** Three rows of each of these orders, as they were written then. */
const rowsOf = (ids: OrderId[], then: number) =>
  ids.flatMap((orderId) =>
    [1, 2, 3].map((version) => {
      const event = OrderNeedsAttention({ orderId, customerId: "cus_x", step: "x", cause: "x" });
      const aggregate = { type: "order", id: orderId, version };
      const sealed = seal(event, { source: "orders", aggregate });
      const envelope = { ...sealed, time: new Date(then).toISOString() };
      return { ...outboxKey(envelope), envelope };
    }),
  );
const outbox = () => shop.local.nameOf("OrdersOutbox");
const write = (rows: object[]) => {
  const TableName = outbox();
  const TransactItems = rows.map((row) => ({ Put: { TableName, Item: marshall(row) } }));
  return shop.local.call("dynamodb", "TransactWriteItems", { TransactItems });
};
const left = async () => (await shop.local.call("dynamodb", "Scan", { TableName: outbox() })).Items;

it("F15 F16 I11 the sweeper tells of each order in its own order, whatever order its scan finds", async () => {
  const isSweeper = by("OrdersSweepOutbox");
  withoutRelay();
  // A scan has no order that AWS promises.
  spoil(
    shop.local,
    (call) => isSweeper(call) && call.operation === "Scan",
    async (call, next) => {
      const page = (await next(call)) as { Items: object[] };
      return { ...page, Items: page.Items.toReversed() };
    },
  );
  const ids = [1, 2, 3].map(() => OrderId.create());
  const rows = rowsOf(ids, shop.clock.now());
  const told: string[] = [];
  const [stuck] = ids;
  let refusals = 12;
  shop.local.cloud.guard(async (call, next) => {
    if (call.operation !== "PutEvents" || !isSweeper(call)) return next(call);
    const events: Told[] = call.input.Entries.map(({ Detail }: { Detail: string }) =>
      JSON.parse(Detail),
    );
    const isRefused = ({ aggregate: { id, version } }: Told) => id === stuck && version === 1;
    if (events.some(isRefused) && refusals-- > 0) {
      expect(events).toHaveLength(1);
      return { FailedEntryCount: 1, Entries: [{ ErrorCode: "ThrottlingException" }] };
    }
    told.push(...events.map(({ aggregate: { id, version } }) => `${id} ${version}`));
    return next(call);
  });
  await write(rows);
  await shop.clock.advance(30 * MINUTE);
  for (const id of ids)
    expect(told.filter((one) => one.startsWith(id))).toEqual([`${id} 1`, `${id} 2`, `${id} 3`]);
  expect(await left()).toEqual([]);
});

it("F15 the sweeper reads every page of the outbox in one run", async () => {
  withoutRelay();
  spoil(
    shop.local,
    (call) => by("OrdersSweepOutbox")(call) && call.operation === "Scan",
    (call, next) => next({ ...call, input: { ...call.input, Limit: 1 } }),
  );
  const ids = [1, 2, 3].map(() => OrderId.create());
  await write(rowsOf(ids, shop.clock.now() - 10 * MINUTE));
  await shop.drive(shop.local.invoke("OrdersSweepOutbox", {}));
  expect(await left()).toEqual([]);
});
