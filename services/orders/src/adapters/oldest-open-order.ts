import { measure } from "@petstore/core/measure";
import { OrderRow } from "./order-row.ts";

/** Tells CloudWatch how long the oldest open order has been open, in seconds; 0 where none is open. */
export const measureOldestOpenOrder = async (): Promise<void> => {
  const { data } = await OrderRow.query.open({ open: "yes" }).go({ hydrate: true, limit: 1 });
  const [oldest] = data;
  const age = oldest ? (Date.now() - Date.parse(oldest.placedAt)) / 1000 : 0;
  measure("OldestOpenOrder", Math.max(0, Math.round(age)), "Seconds");
};
