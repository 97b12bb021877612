import { marshall } from "@aws-sdk/util-dynamodb";
import { outboxKey, seal } from "@petstore/core/outbox";
import { OrderId } from "@petstore/events/ids";
import { OrderNeedsAttention } from "@petstore/events/orders";
import { AwsError } from "emulator/kernel/engine";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type VirtualShop, virtualShop } from "../virtual-shop.ts";
import { by, spoil } from "./spoil.ts";

const MINUTE = 60_000;
let shop: VirtualShop;
beforeEach(async () => {
  shop = await virtualShop();
});
afterEach(() => shop?.local.stop());

type Told = { aggregate: { id: string; version: number } };

it("F15 F16 I11 the sweeper tells of each order in its own order, whatever order its scan finds", async () => {
  const isSweeper = by("OrdersSweepOutbox");
  // Lambda gives the relay's rows up, so that the sweeper alone has them.
  spoil(
    shop.local,
    (call) => by("OrdersRelayOutbox")(call) && call.operation === "PutEvents",
    () => Promise.reject(new AwsError("AccessDeniedException", "Never", 400)),
  );
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
  const time = new Date(shop.clock.now()).toISOString();
  const rows = ids.flatMap((id) =>
    [1, 2, 3].map((version) => {
      const event = OrderNeedsAttention({
        orderId: id,
        customerId: "cus_x",
        step: "x",
        cause: "x",
      });
      const sealed = seal(event, { source: "orders", aggregate: { type: "order", id, version } });
      const envelope = { ...sealed, time };
      return { ...outboxKey(envelope), envelope };
    }),
  );
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
  const TableName = shop.local.nameOf("OrdersOutbox");
  const TransactItems = rows.map((row) => ({ Put: { TableName, Item: marshall(row) } }));
  await shop.local.call("dynamodb", "TransactWriteItems", { TransactItems });
  await shop.clock.advance(30 * MINUTE);
  for (const id of ids)
    expect(told.filter((one) => one.startsWith(id))).toEqual([`${id} 1`, `${id} 2`, `${id} 3`]);
  const { Items } = await shop.local.call("dynamodb", "Scan", { TableName });
  expect(Items).toEqual([]);
});
