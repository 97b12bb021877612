import { ScanCommand } from "@aws-sdk/lib-dynamodb";
import { client } from "@petstore/core/dynamo";
import { readTogether } from "@petstore/core/together";
import type { ProductId } from "@petstore/events/ids";
import { Resource } from "sst";
import { ReservationRow, StockRow } from "./rows.ts";
import { shelfOf, stockKey } from "./shelf.ts";

const table = Resource.InventoryTable.name;

const reservationOf = (Item: Record<string, unknown> | undefined) => {
  const { data } = ReservationRow.parse({ Item });
  return data ? [{ orderId: data.orderId, status: data.status, lines: data.lines }] : [];
};
const stockOf = (Item: Record<string, unknown>) => StockRow.parse({ Item }).data ?? [];

/** The reservations of these orders; those that there are not are left out. */
export const reservationsNow = async (orderIds: readonly string[]) => {
  const keys = orderIds.map((orderId) => ReservationRow.get({ orderId }).params().Key);
  const read = await readTogether(table, keys);
  return keys.flatMap((key) => reservationOf(read(key)));
};

/** The stock items of these products. */
export const stockNow = async (productIds: readonly ProductId[]) =>
  Object.values(shelfOf(productIds, await readTogether(table, productIds.map(stockKey))));

/** A page of all reservations and stock items, as they are at this moment, and where the next begins. */
export const pageOfStock = async (after: string | null) => {
  const page = await client.send(
    new ScanCommand({
      TableName: table,
      ConsistentRead: true,
      ...(after && { ExclusiveStartKey: JSON.parse(after) }),
    }),
  );
  const rows = page.Items ?? [];
  const ofKind = (kind: string) => rows.filter(({ __edb_e__ }) => __edb_e__ === kind);
  return {
    reservations: ofKind("reservation").flatMap(reservationOf),
    stock: ofKind("stock").flatMap(stockOf),
    next: page.LastEvaluatedKey ? JSON.stringify(page.LastEvaluatedKey) : null,
  };
};
