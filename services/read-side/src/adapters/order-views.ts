import { GetCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import { client } from "@petstore/core/dynamo";
import { ok, refuse } from "@petstore/core/result";
import { readTogether } from "@petstore/core/together";
import { Resource } from "sst";
import { ATTENTION, needsOf } from "../domain/attention.ts";
import { catchUp } from "../domain/order-now.ts";
import { type OrderRow, toAnswer } from "../domain/order-view.ts";
import { askOrders } from "./ask-orders.ts";
import { viewKey } from "./project-order.ts";

const table = Resource.ReadTable.name;

/**
 * A customer's order, in this version at least. Where the view has not seen it yet, the orders context is asked: customers
 * read what they have written. Refused where it is not theirs, or has no such version.
 */
export const readOrder = async (orderId: string, customerId: string, version: number) => {
  const { Item } = await client.send(new GetCommand({ TableName: table, Key: viewKey(orderId) }));
  const row = Item as OrderRow | undefined;
  if (row?.customerId === customerId) {
    const view = toAnswer(row);
    if (view.version >= version) return ok(view);
  }
  const now = await askOrders(orderId, customerId);
  if (!now) return refuse("NoSuchOrder", "There is no such order.");
  if (now.version < version)
    return refuse("NoSuchVersion", `The order has no version ${version} yet.`);
  return ok(catchUp(row, now));
};

/** A page of a list of orders in the index. The cursor is a place in that list; it names nothing of another one. */
const listed = async (
  list: string,
  { limit, cursor, newestFirst }: { limit: number; cursor?: string; newestFirst: boolean },
) => {
  const after = ` AND gsi1sk ${newestFirst ? "<" : ">"} :cursor`;
  const { Items = [] } = await client.send(
    new QueryCommand({
      TableName: table,
      IndexName: "byCustomer",
      KeyConditionExpression: `gsi1pk = :list${cursor ? after : ""}`,
      ExpressionAttributeValues: { ":list": list, ...(cursor && { ":cursor": cursor }) },
      ScanIndexForward: !newestFirst,
      Limit: limit,
    }),
  );
  const keys = Items.map(({ pk }) => viewKey(pk as string));
  const read = await readTogether(table, keys, { consistent: false });
  return {
    rows: keys.flatMap((one) => (read(one) as OrderRow | undefined) ?? []),
    cursor: Items.length === limit ? (Items.at(-1)?.gsi1sk as string) : null,
  };
};

/** A page of a customer's orders, newest first. */
export const listViews = async (customerId: string, limit: number, cursor?: string) => {
  const page = await listed(customerId, { limit, newestFirst: true, ...(cursor && { cursor }) });
  return { items: page.rows.map(toAnswer), cursor: page.cursor };
};

/** A page of the orders that need attention, those first that have waited longest, with what an administrator has to know. */
export const listNeeding = async (limit: number, cursor?: string) => {
  const page = await listed(ATTENTION, { limit, newestFirst: false, ...(cursor && { cursor }) });
  const items = page.rows
    .map((row) => ({ ...toAnswer(row), attention: needsOf(row) }))
    .filter(({ status }) => status === ATTENTION); // the list may lag behind by an event
  return { items, cursor: page.cursor };
};
