import type { Books, Row } from "../judge/books.ts";
import { judge, type Violation } from "../judge/judge.ts";
import { catalogue } from "../seed/catalogue.ts";
import { mayBeLeft } from "../sim/accounted.ts";
import type { ClientLog, Wish } from "./customers.ts";

const sum = (numbers: number[]) => numbers.reduce((total, one) => total + one, 0);

const paymentIdOf = (orderId: string) => orderId.replace("ord_", "pay_");

/** What the customers were told against what the orders say: nothing acknowledged is missing, nothing is there twice. */
const clientSays = ({ wishes }: ClientLog, { orders }: Books): string[] => {
  const stateOf = new Map(orders.map(({ id, state }) => [id, state as Row]));
  const acknowledged = wishes.filter(({ status }) => status === 202);
  const ids = acknowledged.map(({ orderId }) => orderId);
  const known = new Set(ids);
  const wrong = ({ key, orderId = "", as, cancelStatus }: Wish) => {
    const state = stateOf.get(orderId);
    if (!state) return [`${as} was told that ${key} is ${orderId}, and there is no such order`];
    if (cancelStatus === 202 && state.status === "CONFIRMED")
      return [`${as} was told that ${orderId} is cancelled, and it is CONFIRMED`];
    return [];
  };
  return [
    ...acknowledged.flatMap(wrong),
    ...(known.size < ids.length
      ? [`${ids.length - known.size} orders were acknowledged under two keys`]
      : []),
    ...orders
      .filter(({ id }) => !known.has(id))
      .map(({ id }) => `${id} was placed, and nobody was told`),
  ];
};

/** What the provider took for each order against what the customer sees: the whole total of a confirmed one, nothing else. */
const providerSays = ({ orders, postings }: Books): string[] => {
  const netOf = new Map<string, number>();
  for (const { sk, posting } of postings)
    for (const { account, amount } of posting as Row[])
      if (account === "merchant") {
        const paymentId = String(sk).split("#")[0] ?? "";
        netOf.set(paymentId, (netOf.get(paymentId) ?? 0) + amount);
      }
  return orders.flatMap(({ id, state }) => {
    if (state.status === "NEEDS_ATTENTION") return [];
    const [net, due] = [
      netOf.get(paymentIdOf(id)) ?? 0,
      state.status === "CONFIRMED" ? state.total.amount : 0,
    ];
    return net === due ? [] : [`${id} is ${state.status}, and the provider has ${net} of ${due}`];
  });
};

/** What came in, by the administrator's own log, against what is left and what was confirmed. */
const warehouseSays = ({ wishes, deliveries }: ClientLog, { orders, stock }: Books): string[] => {
  const confirmed = new Set(
    orders.filter(({ state }) => state.status === "CONFIRMED").map(({ id }) => id),
  );
  const linesOf = (
    lists: { lines: { productId: string; quantity: number }[] }[],
    productId: string,
  ) =>
    sum(
      lists.flatMap(({ lines }) =>
        lines.filter((line) => line.productId === productId).map(({ quantity }) => quantity),
      ),
    );
  return stock.flatMap(({ productId, available }) => {
    const first = catalogue.find((offer) => offer.productId === productId)?.stock ?? 0;
    const brought =
      first +
      linesOf(
        deliveries.filter(({ taken }) => taken),
        productId,
      );
    const sold = linesOf(
      wishes.filter(({ orderId = "" }) => confirmed.has(orderId)),
      productId,
    );
    if (available === brought - sold) return [];
    return [`${productId}: ${brought} came in and ${sold} were sold, but ${available} are left`];
  });
};

/** What the three oracles outside the shop's tables find wrong when all has come to rest. */
export const outsideOracles = (log: ClientLog, books: Books): Violation[] => [
  ...clientSays(log, books).map((what) => ({ invariant: "client's log", what })),
  ...providerSays(books).map((what) => ({ invariant: "provider's ledger", what })),
  ...warehouseSays(log, books).map((what) => ({ invariant: "warehouse's log", what })),
];

/**
 * Everything that is wrong when all has come to rest: by the oracles outside, and by the shop's own books. A kill may befall
 * any call: what it leaves in dead letters for a person to put away is told apart.
 */
export const verdict = (
  log: ClientLog,
  books: Books,
): { violations: Violation[]; left: string[] } => {
  const found = judge(books);
  return {
    violations: [...outsideOracles(log, books), ...found.filter(({ what }) => !mayBeLeft(what))],
    left: found.map(({ what }) => what).filter(mayBeLeft),
  };
};
