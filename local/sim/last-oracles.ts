import { unmarshall } from "@aws-sdk/util-dynamodb";
import { isPublished, type LedgerEvent } from "../../services/payments/src/domain/ledger.ts";
import type { Books } from "../judge/books.ts";
import type { VirtualShop } from "../virtual-shop.ts";
import { readOf } from "./letters.ts";
import type { Told } from "./oracles.ts";
import type { Done, Plan } from "./plan.ts";
import { strangers } from "./strangers.ts";

type Finding = { invariant: string; what: string };

/** An order costs what the catalogue says. */
const byCatalogue = (plan: Plan, books: Books, told: Told): Finding[] =>
  plan.orders.flatMap(({ name, lines }) => {
    const price = (productId: string) => books.products.get(productId)?.price.amount as number;
    const due = lines.reduce((sum, line) => sum + line.quantity * price(line.productId), 0);
    const asked = told.get(name)?.total?.amount;
    if (asked === undefined || asked === due) return [];
    return [{ invariant: "I7", what: `${name} costs ${asked}; its goods cost ${due}` }];
  });

/** Which events of an order, its reservation and its payment were told, by what each of them wrote down. */
const due = (id: string, { reservations, payments }: Books) => {
  const reservation = reservations.find(({ orderId }) => orderId === id);
  // A tombstone is told to nobody. It is always the last.
  const untold = /^RE(LEASED|TURNED)$/.test(reservation?.status) ? 1 : 0;
  const ledger = payments.get(id.replace("ord_", "pay_")) ?? [];
  return [
    ["reservation", (reservation?.version ?? 0) - untold],
    ["payment", ledger.filter((event) => isPublished(event as LedgerEvent)).length],
  ] as const;
};

/** Each event stands in the story that a customer reads, once. */
const byTimeline = async ({ local }: VirtualShop, books: Books, names: Map<string, string>) => {
  const TableName = local.nameOf("ReadTable");
  const { Items } = await local.call("dynamodb", "Scan", { TableName });
  const rows = (Items as Parameters<typeof unmarshall>[0][]).map((item) => unmarshall(item));
  return rows
    .filter(({ sk, pk }) => sk === "ORDER" && names.has(pk))
    .flatMap(({ pk, timeline, seen }): Finding[] => {
      const twice = timeline.length > seen.size;
      const lost = due(pk, books).flatMap(([type, count]) =>
        Array.from({ length: count }, (_, i) => `${type}#${i + 1}`).filter((one) => !seen.has(one)),
      );
      return [
        ...(twice ? [{ invariant: "I12", what: `${names.get(pk)} reads an event twice` }] : []),
        ...lost.map((one) => ({
          invariant: "I11",
          what: `${one} of ${names.get(pk)} was not told`,
        })),
      ];
    });
};

type Ids = ReadonlyMap<string, string>;

/** What is judged last of all, for it asks the shop once more. */
export const lastOracles = async (
  shop: VirtualShop,
  plan: Plan,
  ids: Ids,
  books: Books,
  told: Told,
  done: readonly Done[],
): Promise<Finding[]> => [
  ...byCatalogue(plan, books, told),
  ...plan.orders.flatMap(({ name }) => readOf(name, ids.get(name), shop.local.emails(), done)),
  ...(await byTimeline(shop, books, new Map([...ids].map(([name, id]) => [id, name])))),
  ...(await strangers(shop, plan, ids, books, told)),
];
