import type { Envelope, EventOf } from "@petstore/core/event";
import { exactSum, type Money } from "@petstore/core/money";
import { ok, type Refusal, type Result, refuse } from "@petstore/core/result";
import { OrderCancelled, OrderConfirmed } from "@petstore/events/orders";

/** The events that a day's sales are made of: what was confirmed, and what of it is off again. */
export const salesEvents = [OrderConfirmed, OrderCancelled] as const;

type Currency = Money["currency"];

/**
 * One line of a day's sales; the amounts are in minor units of its currency. Its day and id follow from the event, so writing it
 * twice is writing it once. A line that moves no money has no currency.
 */
export type SaleLine = {
  day: string;
  id: string;
  currency?: Currency | undefined;
  sold: number;
  refunded: number;
  units: number;
};

/** The sale line of an event. The day is UTC's. */
export const saleLineOf = ({
  type,
  data,
  time,
}: Envelope<EventOf<(typeof salesEvents)[number]>>): SaleLine => {
  const day = time.slice(0, 10);
  if (type === OrderCancelled.type) {
    const { amount: refunded = 0, currency } = data.sale ?? {};
    return { day, id: `${data.orderId}#cancelled`, currency, sold: 0, refunded, units: 0 };
  }
  const units = data.lines.reduce((sum, { quantity }) => sum + quantity, 0);
  const { amount: sold, currency } = data.total;
  return { day, id: data.orderId, currency, sold, refunded: 0, units };
};

/** A day's sales: orders confirmed, units in them, and what they brought in each currency, in its minor units. */
export type DailySales = {
  date: string;
  orders: number;
  units: number;
  money: { currency: Currency; sold: number; refunded: number; net: number }[];
};

type Line = Omit<SaleLine, "day" | "id">;

/** The sum of a day's lines, unless it is more than can be told exactly. */
export const sumUp = (
  date: string,
  lines: readonly Line[],
): Result<DailySales, Refusal<"SumTooLarge">> => {
  const sum = (of: (line: Line) => number, some = lines) => exactSum(some.map(of)) ?? Number.NaN;
  const currencies = [...new Set(lines.flatMap(({ currency }) => currency ?? []))].sort();
  const money = currencies.map((currency) => {
    const its = lines.filter((line) => line.currency === currency);
    const [sold, refunded] = [sum((line) => line.sold, its), sum((line) => line.refunded, its)];
    return { currency, sold, refunded, net: sold - refunded };
  });
  const orders = lines.filter((line) => line.units > 0).length;
  const sales = { date, orders, units: sum((line) => line.units), money };
  const exact = [sales.units, ...money.flatMap(({ sold, refunded, net }) => [sold, refunded, net])];
  return exact.every(Number.isSafeInteger)
    ? ok(sales)
    : refuse("SumTooLarge", `The sales of ${date} are more than we can count exactly.`);
};
