import { BatchGetCommand, GetCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import { client } from "@petstore/core/dynamo";
import type { Envelope } from "@petstore/core/event";
import { applyOnce } from "@petstore/core/projection";
import { ok, refuse } from "@petstore/core/result";
import { Resource } from "sst";
import {
  catchUp,
  changesOf,
  type OrderRow,
  type OrderViewEvent,
  toAnswer,
} from "../domain/order-view.ts";
import { timelineEntry } from "../domain/timeline.ts";
import { askOrders } from "./ask-orders.ts";

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

/**
 * A customer's order, in this version at least. Where the view has not seen it yet, the orders context is asked: customers
 * read what they have written. Refused where it is not theirs, or has no such version.
 */
export const readOrder = async (orderId: string, customerId: string, version: number) => {
  const { Item } = await client.send(new GetCommand({ TableName: table, Key: key(orderId) }));
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
  const rows = new Map<string, OrderRow>();
  let Keys: Record<string, unknown>[] = Items.map(({ pk, sk }) => ({ pk, sk }));
  while (Keys.length > 0) {
    const page = await client.send(new BatchGetCommand({ RequestItems: { [table]: { Keys } } }));
    for (const row of page.Responses?.[table] ?? []) rows.set(row.pk, row as OrderRow);
    Keys = page.UnprocessedKeys?.[table]?.Keys ?? [];
  }
  const items = Items.flatMap(({ pk }) => rows.get(pk) ?? []).map(toAnswer);
  return { items, cursor: Items.length === limit ? (Items.at(-1)?.gsi1sk as string) : null };
};
