import { type Envelope, type EventOf, NotUnderstood } from "@petstore/core/event";
import { exactSum, type Money } from "@petstore/core/money";
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

/** The sale line of an event. The day is UTC's. Throws NotUnderstood where its units cannot be counted. */
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
  const units = exactSum(data.lines.map(({ quantity }) => quantity));
  if (units === undefined) throw new NotUnderstood("It has more units than can be counted exactly");
  const { amount: sold, currency } = data.total;
  return { day, id: data.orderId, currency, sold, refunded: 0, units };
};

/** A sum; null where it is more than a number tells exactly (2^53), for a wrong one would look like a right one. */
type Sum = number | null;

/** A day's sales: orders confirmed, units in them, and what they brought in each currency, in its minor units. */
export type DailySales = {
  date: string;
  orders: number;
  units: Sum;
  money: { currency: Currency; sold: Sum; refunded: Sum; net: Sum }[];
};

type Line = Omit<SaleLine, "day" | "id">;

const sum = (amounts: readonly number[]): Sum => exactSum(amounts) ?? null;

/** The sums of a day's lines. One sale that is too large takes its own sums away and no other. */
export const sumUp = (date: string, lines: readonly Line[]): DailySales => {
  const currencies = [...new Set(lines.flatMap(({ currency }) => currency ?? []))].sort();
  const money = currencies.map((currency) => {
    const its = lines.filter((line) => line.currency === currency);
    const [sold, refunded] = [its.map((line) => line.sold), its.map((line) => line.refunded)];
    const net = sum([...sold, ...refunded.map((amount) => -amount)]);
    return { currency, sold: sum(sold), refunded: sum(refunded), net };
  });
  const orders = lines.filter((line) => line.units > 0).length;
  return { date, orders, units: sum(lines.map((line) => line.units)), money };
};
