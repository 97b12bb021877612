import { aggregateStore } from "@petstore/core/aggregate-store";
import { commandHandler } from "@petstore/core/command-handler";
import type { EventOf } from "@petstore/core/event";
import { startingFrom } from "@petstore/core/store";
import { type OrderEvent, OrderPlaced } from "@petstore/events/orders";
import { Resource } from "sst";
import { order } from "../domain/order.ts";
import type { OrderState } from "../domain/order-state.ts";
import { findOrder, OrderRow } from "./order-row.ts";
import { transition } from "./order-transition.ts";

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
        const now = new Date().toISOString();
        const place = { placedAt: now, open: "yes", openSince: now };
        const row = { id, version: to, state, paymentToken, ...place };
        return from === 0
          ? { Put: OrderRow.create(row).params() }
          : { Update: transition(id, state, from, to) };
      },
    },
  });

/** `await orders(orderId, { type: "ConfirmOrder" })` */
export const orders = commandHandler(order, orderStore());

/** Confirms an order on what its saga knows of it: the order is read only if something has happened to it meanwhile. */
export const confirmOrder = (placed: EventOf<typeof OrderPlaced>["data"]) => {
  const state = order.evolve(order.initial, OrderPlaced(placed));
  const handle = commandHandler(order, startingFrom(orderStore(), { state, version: 1 }));
  return handle(placed.orderId, { type: "ConfirmOrder" });
};
