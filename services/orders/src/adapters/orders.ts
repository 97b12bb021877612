import { aggregateStore } from "@petstore/core/aggregate-store";
import { commandHandler } from "@petstore/core/command-handler";
import { client } from "@petstore/core/dynamo";
import type { EventOf } from "@petstore/core/event";
import { startingFrom } from "@petstore/core/store";
import { type OrderEvent, OrderPlaced } from "@petstore/events/orders";
import { Entity, type EntityItem } from "electrodb";
import { Resource } from "sst";
import { order } from "../domain/order.ts";
import type { OrderState } from "../domain/order-state.ts";

/**
 * An order's row. While a saga has something to do for it, it also stands in the sparse index `open`, by age. What its
 * customer pays with stands beside the state: no event is made of it, only the saga's input.
 */
const OrderRow = new Entity(
  {
    model: { service: "orders", entity: "order", version: "1" },
    attributes: {
      id: { type: "string", required: true },
      version: { type: "number", required: true },
      placedAt: { type: "string", required: true },
      open: { type: "string" },
      paymentToken: { type: "string" },
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

/** An order by its id, with its version, its payment token and the moment it was placed. */
export const findOrder = async (id: string) => {
  const { data } = await OrderRow.get({ id }).go({ consistent: true });
  return data ? { ...data, state: data.state as Placed } : undefined;
};

/** The orders that a saga has had something to do for since before then, oldest first, page by page. */
export async function* openOrdersBefore(then: Date) {
  let cursor: string | null = null;
  do {
    const page: Page = await OrderRow.query
      .open({ open: "yes" })
      .lt({ placedAt: then.toISOString() })
      .go({ hydrate: true, limit: 100, cursor });
    yield page.data.map((row) => ({ ...row, state: row.state as Placed }));
    cursor = page.cursor;
  } while (cursor);
}

type Page = { data: EntityItem<typeof OrderRow>[]; cursor: string | null };

/** Where orders live: the row, its events in the outbox, and what else belongs to the change, in one transaction. */
export const orderStore = (paymentToken?: string) =>
  aggregateStore<OrderState, OrderEvent>({
    source: "orders",
    type: "order",
    outbox: Resource.OrdersOutbox.name,
    initial: order.initial,
    rows: {
      load: findOrder,
      write: (id, state, { from, to }) => {
        const placedAt = new Date().toISOString();
        const row = { id, version: to, state, open: "yes", placedAt, paymentToken };
        return from === 0
          ? { Put: OrderRow.create(row).params() }
          : { Update: transition(id, state, from, to) };
      },
    },
  });

/** What a new status does to the order's place in the index `open`: it leaves, or comes back for the return or because a person said so. */
const indexed = (state: OrderState): { change: string; values?: Record<string, unknown> } => {
  switch (state.status) {
    case "PLACED":
    case "REJECTING":
    case "CANCELLING": {
      if (state.status !== "CANCELLING" && !state.resumed) return { change: "" };
      const since = { id: "", version: 0, state, open: "yes", placedAt: new Date().toISOString() };
      const { gsi1pk, gsi1sk } = OrderRow.create(since).params().Item;
      return {
        change: ", #open = :open, gsi1pk = :pk, gsi1sk = :sk",
        values: { ":open": "yes", ":pk": gsi1pk, ":sk": gsi1sk },
      };
    }
    default:
      return { change: " REMOVE #open, gsi1pk, gsi1sk" };
  }
};

const transition = (id: string, state: OrderState, from: number, to: number) => {
  const { change, values } = indexed(state);
  return {
    TableName: Resource.OrdersTable.name,
    Key: OrderRow.get({ id }).params().Key,
    UpdateExpression: `SET #state = :state, #version = :to${change}`,
    ConditionExpression: "#version = :from",
    ExpressionAttributeNames: {
      "#state": "state",
      "#version": "version",
      ...(change && { "#open": "open" }),
    },
    ExpressionAttributeValues: { ":state": state, ":from": from, ":to": to, ...values },
  };
};

/** `await orders(orderId, { type: "ConfirmOrder" })` */
export const orders = commandHandler(order, orderStore());

/** Confirms an order on what its saga knows of it: the order is read only if something has happened to it meanwhile. */
export const confirmOrder = (placed: EventOf<typeof OrderPlaced>["data"]) => {
  const state = order.evolve(order.initial, OrderPlaced(placed));
  const handle = commandHandler(order, startingFrom(orderStore(), { state, version: 1 }));
  return handle(placed.orderId, { type: "ConfirmOrder" });
};
