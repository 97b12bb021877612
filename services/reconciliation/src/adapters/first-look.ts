import { hasTime, type TimeLeft } from "@petstore/core/time-left";
import { compare } from "../domain/compare.ts";
import { countIn, notAddingUp, nothingCounted } from "../domain/stock-sum.ts";
import { leaveMark, type Mark, PHASES, suspect } from "./night.ts";
import * as books from "./statements.ts";

const DAY_MS = 24 * 3600_000;
/** The provider is asked about younger orders only: it has its own limits, and what is older was compared on as many nights. */
const ASKED_FOR_MS = 35 * DAY_MS;

const suspectAll = async (date: string, subjects: Iterable<string>) => {
  for (const subject of new Set(subjects)) await suspect(date, subject, Date.now());
};

/** Compares a page of orders with everything that is said of them elsewhere. */
const lookAtOrders = async (date: string, after: string | null) => {
  const { orders, next } = await books.pageOfOrders(after);
  const ids = orders.map(({ orderId }) => orderId);
  const young = new Date(Date.now() - ASKED_FOR_MS).toISOString();
  const asking = orders.filter(({ placedAt }) => placedAt > young).map(({ orderId }) => orderId);
  const [payments, reservations] = await Promise.all([
    books.paymentsNow(ids, asking),
    books.reservationsNow(ids),
  ]);
  const reservationOf = new Map(reservations.map((one) => [one.orderId, one]));
  const orderOf = new Map(orders.map((one) => [one.orderId, one]));
  const differing = payments.filter((payment) => {
    const { orderId } = payment;
    const [order, reservation] = [orderOf.get(orderId), reservationOf.get(orderId)];
    return compare({ order, payment, reservation }).length > 0;
  });
  await suspectAll(
    date,
    differing.map(({ orderId }) => orderId),
  );
  return next;
};

const AT_ONCE = 100;
const suspectStrangers = async (date: string, orderIds: readonly string[]) => {
  for (let from = 0; from < orderIds.length; from += AT_ONCE)
    await suspectAll(date, await books.strangers(orderIds.slice(from, from + AT_ONCE)));
};

const lookAtLedger = async (date: string, of: "us" | "provider", after: string | null) => {
  const { orderIds, next } = await books.pageOfLedger(of, after);
  await suspectStrangers(date, orderIds);
  return next;
};

/** Counts all stock in one go, for half a sum says nothing. Answers whether there was time for it. */
const lookAtStock = async (date: string, time: TimeLeft): Promise<boolean> => {
  let count = nothingCounted();
  let after: string | null = null;
  do {
    if (!hasTime(time)) return false;
    const page: Awaited<ReturnType<typeof books.pageOfStock>> = await books.pageOfStock(after);
    count = countIn(count, page);
    const here = page.reservations.filter(({ status }) => /^(HELD|SOLD)$/.test(status));
    await suspectStrangers(
      date,
      here.map(({ orderId }) => orderId),
    );
    after = page.next;
  } while (after);
  await suspectAll(date, notAddingUp(count));
  return true;
};

/** Goes on with a night's first look from its mark, for as long as there is time. Answers how far it has come. */
export const firstLook = async (date: string, from: Mark, time: TimeLeft): Promise<Mark> => {
  let mark = from;
  while (mark.phase < PHASES.length && hasTime(time)) {
    const { phase, after } = mark;
    const name = PHASES[phase];
    if (name === "stock") {
      if (!(await lookAtStock(date, time))) return mark;
      mark = { phase: phase + 1, after: null };
    } else {
      const next: string | null =
        name === "orders"
          ? await lookAtOrders(date, after)
          : await lookAtLedger(date, name === "us" ? "us" : "provider", after);
      mark = next ? { phase, after: next } : { phase: phase + 1, after: null };
    }
    await leaveMark(date, mark);
  }
  return mark;
};
