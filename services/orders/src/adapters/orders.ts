import { aggregateStore } from "@petstore/core/aggregate-store";
import { commandHandler } from "@petstore/core/command-handler";
import { client } from "@petstore/core/dynamo";
import type { OrderEvent } from "@petstore/events/orders";
import { Entity } from "electrodb";
import { Resource } from "sst";
import { type OrderState, order } from "../domain/order.ts";

const OPEN = ["PLACED", "REJECTING"];

/** An order's row. While it may still go either way it also stands in the sparse index `open`, by age. */
const OrderRow = new Entity(
  {
    model: { service: "orders", entity: "order", version: "1" },
    attributes: {
      id: { type: "string", required: true },
      version: { type: "number", required: true },
      placedAt: { type: "string", required: true },
      open: { type: "string" },
      state: { type: "any", required: true },
    },
    indexes: {
      byId: {
        pk: { field: "pk", composite: ["id"], casing: "none" },
        sk: { field: "sk", composite: [] },
      },
      open: {
        index: "open",
        pk: { field: "gsi1pk", composite: ["open"], casing: "none" },
        sk: { field: "gsi1sk", composite: ["placedAt"], casing: "none" },
      },
    },
  },
  { table: Resource.OrdersTable.name, client },
);

type Placed = Exclude<OrderState, { status: "NEW" }>;

/** Orders by id, each with its version and the moment it was placed. */
export const findOrder = async (id: string) => {
  const { data } = await OrderRow.get({ id }).go({ consistent: true });
  return data ? { ...data, state: data.state as Placed } : undefined;
};

/** The oldest orders that were placed before then and are not decided yet. */
export const openOrdersBefore = async (then: Date) => {
  const { data } = await OrderRow.query
    .open({ open: "yes" })
    .lt({ placedAt: then.toISOString() })
    .go({ hydrate: true, limit: 100 });
  return data.map(({ state }) => state as Placed);
};

/** Where orders live: the row, its events in the outbox, and what else belongs to the change, in one transaction. */
export const orderStore = aggregateStore<OrderState, OrderEvent>({
  source: "orders",
  type: "order",
  outbox: Resource.OrdersOutbox.name,
  initial: order.initial,
  rows: {
    load: findOrder,
    write: (id, state, { from, to }) => {
      const row = { id, version: to, state, open: "yes", placedAt: new Date().toISOString() };
      return from === 0
        ? { Put: OrderRow.create(row).params() }
        : { Update: transition(id, state, from, to) };
    },
  },
});

const transition = (id: string, state: OrderState, from: number, to: number) => ({
  TableName: Resource.OrdersTable.name,
  Key: OrderRow.get({ id }).params().Key,
  UpdateExpression: `SET #state = :state, #version = :to${OPEN.includes(state.status) ? "" : " REMOVE #open, gsi1pk, gsi1sk"}`,
  ConditionExpression: "#version = :from",
  ExpressionAttributeNames: {
    "#state": "state",
    "#version": "version",
    ...(!OPEN.includes(state.status) && { "#open": "open" }),
  },
  ExpressionAttributeValues: { ":state": state, ":from": from, ":to": to },
});

/** `await orders(orderId, { type: "ConfirmOrder" })` */
export const orders = commandHandler(order, orderStore);
