import type { Plain } from "./canonical.ts";

/** A read model: what feeds it, which rows are its own, and what is known of rebuilding it. */
export type View = {
  /** What people call it: "orders". */
  id: string;
  title: string;
  /** The rule that brings it events, the queue that they wait in, and the function that applies them. */
  rule: string;
  queue: string;
  projection: string;
  table: string;
  /** Whether a row is its own. */
  holds: (row: Plain) => boolean;
  /** What a row says, without what by nature differs when the same events come in another order. */
  says: (row: Plain) => Plain;
  /** What the hash leaves out, and why. */
  leftOut: string;
  /** What customers see while it is rebuilt. */
  meanwhile: string;
  /** Whether a replay alone, without emptying it first, mends a wrong row; and why. */
  replayMends: boolean;
  replay: string;
  /** What is wrong with a row that was spoilt. */
  spoil: (row: Plain) => Plain;
};

const byText = (a: unknown, b: unknown) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);
const money = (value: unknown) => ({ ...(value as Plain), amount: 1 });

/** The read models of the shop, all in the read side's table. */
export const views: readonly View[] = [
  {
    id: "orders",
    title: "Orders, and the lists of them",
    rule: "OrderViewsRule",
    queue: "OrderViewsQueue",
    projection: "ProjectOrders",
    table: "ReadTable",
    holds: ({ pk }) => /^ord_/.test(String(pk)),
    says: ({ timeline, ...row }) => ({
      ...row,
      ...(Array.isArray(timeline) && { timeline: timeline.toSorted(byText) }),
    }),
    leftOut:
      "The order in which a timeline's entries came, which no two deliveries share: the API sorts them by time. Which events a row has seen is compared as a set.",
    meanwhile:
      "GET /orders/{id} goes on: of an order that the view does not have, the orders context itself is asked, without its timeline and payment. Lists of orders are short until the events are back. Orders are placed and fulfilled as ever.",
    replayMends: false,
    replay:
      "A replay alone brings back rows that are missing. It does not mend a row that is wrong, for the row remembers which events it has seen.",
    spoil: ({ total }) => ({ total: money(total), status_1: "REJECTED" }),
  },
  {
    id: "products",
    title: "Products, and how many there are",
    rule: "ProductViewsRule",
    queue: "ProductViewsQueue",
    projection: "ProjectProducts",
    table: "ReadTable",
    holds: ({ pk }) => pk === "CATALOGUE",
    says: (row) => row,
    leftOut: "Nothing.",
    meanwhile:
      "The catalogue is empty, and fills again within moments. Who has a product in the basket can order it: prices and stock are not read from here.",
    replayMends: false,
    replay:
      "A replay alone brings back rows that are missing. It does not mend a row that is wrong, for the row takes newer versions only.",
    spoil: () => ({ available: 999_999 }),
  },
  {
    id: "sales",
    title: "Sales, line by line",
    rule: "SalesRule",
    queue: "SalesQueue",
    projection: "ProjectSales",
    table: "ReadTable",
    holds: ({ pk }) => /^SALES#/.test(String(pk)),
    says: (row) => row,
    leftOut:
      "The kept sums of past days (REPORT#) and the notes which of them to sum up again (TOUCHED#): no projection writes the former, and the latter depend on the day of the replay.",
    meanwhile:
      "Customers see nothing of it. Today's report is too low until the lines are back; kept reports of past days stay.",
    replayMends: true,
    replay:
      "A replay alone mends a line that is wrong, for each line is put anew. It does not take away a line that no event tells of.",
    spoil: () => ({ sold: 1 }),
  },
];

/** The key of a row, as people read it. */
export const keyOf = ({ pk, sk }: Plain): string => `${pk} / ${sk}`;
