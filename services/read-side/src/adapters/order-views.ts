import { GetCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import { client } from "@petstore/core/dynamo";
import type { Envelope } from "@petstore/core/event";
import { applyOnce } from "@petstore/core/projection";
import { readTogether } from "@petstore/core/together";
import { Resource } from "sst";
import {
  changesOf,
  type OrderRow,
  type OrderViewEvent,
  statusOf,
  toAnswer,
} from "../domain/order-view.ts";
import { timelineEntry } from "../domain/timeline.ts";

const table = Resource.ReadTable.name;
const key = (orderId: string) => ({ pk: orderId, sk: "ORDER" });

/** Follows one event of an order: a single conditional update, no effect when it comes again. */
export const projectOrder = (event: Envelope<OrderViewEvent>): Promise<"applied" | "seen"> => {
  const { orderId } = event.data;
  const changes = changesOf(event);
  const { customerId, placedAt } = changes;
  return applyOnce(client, event, {
    TableName: table,
    Key: key(orderId),
    set: {
      orderId,
      ...changes,
      ...(customerId && { gsi1pk: customerId, gsi1sk: `${placedAt}#${orderId}` }),
    },
    append: { timeline: timelineEntry(event) },
  });
};

/** An order's view if it belongs to this customer and has seen at least this version of the order. */
export const findView = async (orderId: string, customerId: string, version: number) => {
  const { Item } = await client.send(new GetCommand({ TableName: table, Key: key(orderId) }));
  const row = Item as OrderRow | undefined;
  if (row?.customerId !== customerId || statusOf(row).version < version) return undefined;
  return toAnswer(row);
};

/** A page of a customer's orders, newest first. The cursor is the place in that order; it names no other customer's. */
export const listViews = async (customerId: string, limit: number, cursor?: string) => {
  const { Items = [] } = await client.send(
    new QueryCommand({
      TableName: table,
      IndexName: "byCustomer",
      KeyConditionExpression: `gsi1pk = :customer${cursor ? " AND gsi1sk < :cursor" : ""}`,
      ExpressionAttributeValues: { ":customer": customerId, ...(cursor && { ":cursor": cursor }) },
      ScanIndexForward: false,
      Limit: limit,
    }),
  );
  const keys = Items.map(({ pk, sk }) => ({ pk, sk }));
  const read = await readTogether(table, keys, { consistent: false });
  const items = keys.flatMap((one) => (read(one) as OrderRow | undefined) ?? []).map(toAnswer);
  return { items, cursor: Items.length === limit ? (Items.at(-1)?.gsi1sk as string) : null };
};
