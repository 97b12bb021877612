import type { Books } from "../judge/books.ts";
import { isBlocked } from "../judge/judge.ts";
import type { VirtualShop } from "../virtual-shop.ts";
import { saidTwice } from "./letters.ts";
import type { Said } from "./people.ts";
import { type Plan, scarce } from "./plan.ts";

type Finding = { invariant: string; what: string };

/** What the shop tells its customers in the end: each order as its customer reads it, by its name. */
export type Told = Map<string, { status: string; total: { amount: number } } | undefined>;

/** Reads each order as its customer, and once as somebody else, who must not see it. */
export const askShop = async (
  { local }: VirtualShop,
  plan: Plan,
  ids: ReadonlyMap<string, string>,
): Promise<{ told: Told; findings: Finding[] }> => {
  const told: Told = new Map();
  const findings: Finding[] = [];
  for (const { name, as } of plan.orders) {
    const path = `/orders/${ids.get(name)}`;
    const answer = await local.api({ path, as });
    told.set(name, answer.status === 200 ? (answer.json() as never) : undefined);
    const other = await local.api({ path, as: as === "bob" ? "carol" : "bob" });
    if (other.status !== 404)
      findings.push({ invariant: "I6", what: `${name} is shown to somebody else` });
  }
  return { told, findings };
};

/** The client's own log: what was acknowledged is there, once, and as it was said. */
const byClient = (plan: Plan, ids: ReadonlyMap<string, string>, log: Said[], told: Told) => {
  const findings: Finding[] = [];
  const broken = (invariant: string, what: string) => void findings.push({ invariant, what });
  for (const { what, order = "", status, json } of log) {
    const now = told.get(order);
    if (what === "place" && status === 202) {
      if (json.orderId !== ids.get(order))
        broken("I5", `${order} was answered with ${json.orderId}`);
      if (!now) broken("I7", `${order} was acknowledged, and is not there`);
    }
    if (what === "place" && status !== undefined && status !== 202)
      broken("I7", `${order} was answered with ${status} ${json?.title ?? ""}`);
    if (what !== "cancel" || status !== 202) continue;
    // Pending: it was being rejected already.
    if (json.status !== "PENDING" && now?.status !== "CANCELLED")
      broken("I7", `${order} was cancelled, and is ${now?.status}`);
  }
  for (const { name, card } of plan.orders) {
    const status = told.get(name)?.status;
    if (status && !["CONFIRMED", "REJECTED", "CANCELLED"].includes(status))
      broken("I7", `${name} is ${status} in the end`);
    if (status === "CONFIRMED" && /decline|unknown/.test(card))
      broken("I8", `${name} is confirmed, and its card was declined`);
  }
  return findings;
};

/** The provider's ledger: who has goods has paid for them, and nobody else has paid. */
const byProvider = (
  plan: Plan,
  ids: ReadonlyMap<string, string>,
  log: Said[],
  books: Books,
  told: Told,
) =>
  plan.orders.flatMap(({ name }): Finding[] => {
    const id = ids.get(name)?.replace("ord_", "pay_");
    const net = books.postings
      .filter(({ sk }) => String(sk).startsWith(`${id}#`))
      .flatMap(({ posting }) => posting as { account: string; amount: number }[])
      .filter(({ account }) => account === "merchant")
      .reduce((sum, { amount }) => sum + amount, 0);
    const byHand = log
      .filter(
        (said) => said.what === "refund by hand" && said.order === name && said.status === 201,
      )
      .reduce((sum, { json }) => sum + json.amount.amount, 0);
    const order = told.get(name);
    const held = id ? isBlocked(books.provider.get(id)) : false;
    if (held && order?.status !== "CONFIRMED")
      return [
        { invariant: "I8", what: `${name} is ${order?.status}, and its money is still held` },
      ];
    const due = order?.status === "CONFIRMED" ? order.total.amount : 0;
    if (net - byHand === due) return [];
    const what = `${name} is ${order?.status ?? "not there"}: ${due} are due, the provider has ${net}`;
    return [{ invariant: "I8", what: byHand ? `${what}, ${byHand} went back by hand` : what }];
  });

/** The warehouse's ledger: what it had and took in, less what was shipped, lies on its shelves. */
const byWarehouse = (plan: Plan, log: Said[], books: Books, told: Told): Finding[] =>
  Object.entries(scarce).flatMap(([productId, first]) => {
    const booked = log
      .filter(({ status }) => status === 201)
      .reduce((sum, said) => sum + (said.quantity?.[productId] ?? 0), 0);
    const shipped = plan.orders
      .filter(({ name }) => told.get(name)?.status === "CONFIRMED")
      .flatMap(({ lines }) => lines)
      .filter((line) => line.productId === productId)
      .reduce((sum, { quantity }) => sum + quantity, 0);
    const there = books.stock.find((row) => row.productId === productId)?.available;
    const unknown = log.some((said) => said.quantity?.[productId] && said.status === undefined);
    if (unknown || there === first + booked - shipped) return [];
    const what = `${productId}: ${first} were there, ${booked} came, ${shipped} went, ${there} are left`;
    return [{ invariant: "I2", what }];
  });

/** What the ledgers outside of our tables say, when all is at rest. */
export const outside = (
  shop: VirtualShop,
  plan: Plan,
  ids: ReadonlyMap<string, string>,
  log: Said[],
  books: Books,
  told: Told,
): Finding[] => [
  ...byClient(plan, ids, log, told),
  ...byProvider(plan, ids, log, books, told),
  ...byWarehouse(plan, log, books, told),
  ...saidTwice(shop.local.emails()),
];
