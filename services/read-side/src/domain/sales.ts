import type { Envelope, EventOf } from "@petstore/core/event";
import { OrderCancelled, OrderConfirmed } from "@petstore/events/orders";

/** The events that a day's sales are made of: what was confirmed, and what of it is off again. */
export const salesEvents = [OrderConfirmed, OrderCancelled] as const;

/** One line of a day's sales. Its day and id follow from the event, so writing it twice is writing it once. */
export type SaleLine = { day: string; id: string; sold: number; refunded: number; units: number };

/** The sale line of an event. The day is UTC's. Amounts are in minor units. */
export const saleLineOf = ({
  type,
  data,
  time,
}: Envelope<EventOf<(typeof salesEvents)[number]>>): SaleLine => {
  const day = time.slice(0, 10);
  if (type === OrderCancelled.type) {
    const refunded = data.sale?.amount ?? 0;
    return { day, id: `${data.orderId}#cancelled`, sold: 0, refunded, units: 0 };
  }
  const units = data.lines.reduce((sum, { quantity }) => sum + quantity, 0);
  return { day, id: data.orderId, sold: data.total.amount, refunded: 0, units };
};

/** A day's sales: orders confirmed, units in them, and money in minor units. */
export type DailySales = {
  date: string;
  orders: number;
  units: number;
  sold: number;
  refunded: number;
  net: number;
};

/** The sum of a day's lines. */
export const sumUp = (date: string, lines: readonly Omit<SaleLine, "day" | "id">[]): DailySales => {
  const sum = (of: (line: Omit<SaleLine, "day" | "id">) => number) =>
    lines.reduce((total, line) => total + of(line), 0);
  const [sold, refunded] = [sum((line) => line.sold), sum((line) => line.refunded)];
  return {
    date,
    orders: lines.filter((line) => line.units > 0).length,
    units: sum((line) => line.units),
    sold,
    refunded,
    net: sold - refunded,
  };
};
