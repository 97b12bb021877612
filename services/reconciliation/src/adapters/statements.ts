import { OrderId } from "@petstore/events/ids";
import { Resource } from "sst";
import * as z from "zod";
import { Order, Payment, Reservation, Stock } from "../domain/books.ts";
import { ask } from "./ask.ts";

const next = z.string().nullable();
const OrdersPage = z.object({ orders: z.array(Order), next });
const IdsPage = z.object({ orderIds: z.array(z.string()), next });
const StockPage = z.object({
  reservations: z.array(Reservation),
  stock: z.array(Stock),
  next,
});

/** Where a list goes on; null where it begins or ends. */
type Place = string | null;

/** A page of all orders. */
export const pageOfOrders = async (after: Place) =>
  OrdersPage.parse(await ask(Resource.OrdersStateBooks.name, { after }));

/** These orders as they stand now, with whether a saga has them in hand. */
export const ordersNow = async (orderIds: readonly string[]) =>
  z.array(Order).parse(await ask(Resource.OrdersStateBooks.name, { orderIds }));

/** Which of these are no orders. */
export const strangers = async (orderIds: readonly string[]): Promise<string[]> => {
  const known = new Set(
    z.array(z.string()).parse(await ask(Resource.OrdersStateBooks.name, { exist: orderIds })),
  );
  return orderIds.filter((id) => !known.has(id));
};

/** The payments of these orders, and what the provider says of those that it is asked about. */
export const paymentsNow = async (orderIds: readonly string[], asking: readonly string[]) =>
  z.array(Payment).parse(await ask(Resource.PaymentsStateBooks.name, { orderIds, asking }));

/** The orders of a page of a ledger, ours or the provider's. What is no order's by its name is left out, for it is not of this shop. */
export const pageOfLedger = async (of: "us" | "provider", after: Place) => {
  const page = IdsPage.parse(await ask(Resource.PaymentsStateBooks.name, { of, after }));
  const orderIds = page.orderIds.filter((id) => OrderId.schema.safeParse(id).success);
  return { ...page, orderIds };
};

/** The reservations of these orders. */
export const reservationsNow = async (orderIds: readonly string[]) =>
  z.array(Reservation).parse(await ask(Resource.InventoryStateBooks.name, { orderIds }));

/** A page of all reservations and stock items. */
export const pageOfStock = async (after: Place) =>
  StockPage.parse(await ask(Resource.InventoryStateBooks.name, { after }));

/** The stock items of these products. */
export const stockNow = async (productIds: readonly string[]) =>
  z.array(Stock).parse(await ask(Resource.InventoryStateBooks.name, { productIds }));
