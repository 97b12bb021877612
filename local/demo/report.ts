import type { Toll } from "./count-calls.ts";
import type { Outcome } from "./outcome.ts";
import { cell, type Output, painter, seconds } from "./terminal.ts";

/** Everything that the demo found out. */
export type Result = {
  ok: boolean;
  seconds: number;
  opening: number;
  orders: (Outcome & Toll)[];
  totals: Pick<Outcome, "captured" | "refunded" | "taken"> & Toll;
  invariants: { name: string; violations: string[] }[];
  surprises: string[];
  stuck: string[];
};

const dollars = new Intl.NumberFormat("en-US", { style: "currency", currency: "USD" });
const money = (cents: number) => (cents === 0 ? "-" : dollars.format(cents / 100));
const count = (n: number) => (n === 0 ? "-" : String(n));

const columns: [head: string, width: number][] = [
  ["captured", 9],
  ["refunded", 9],
  ["stock", 6],
  ["events", 7],
  ["calls", 6],
  ["ms", 7],
];
const numbers = (cells: string[]) =>
  cells.map((text, i) => cell(text, columns[i]?.[1] ?? 0, "end")).join("");
const NUMBERS = columns.reduce((sum, [, width]) => sum + width, 0);
const ID = 9;
const STORY = 37;
const OUTCOME = 27;
const WHOLE = 6 + ID + 6 + STORY + OUTCOME + NUMBERS;

type Row = {
  head: string;
  id: string;
  who: string;
  story: string;
  outcome: string;
  cells: string[];
};

const table = ({ orders, totals }: Result, output: Output): string[] => {
  const paint = painter(output);
  const width = (output.isTTY && output.columns) || WHOLE;
  const id = width < WHOLE && width >= WHOLE - ID ? 0 : ID;
  const narrow = width < WHOLE - ID;
  /** One line of the table; two where the terminal is too narrow for one. */
  const line = (row: Row) => {
    const head = `${row.head}${cell(row.id, id)}${cell(row.who, 6)}`;
    const result = `${cell(row.outcome, OUTCOME)}${numbers(row.cells)}`;
    return narrow
      ? [`${head}${row.story}`, `      ${result}`]
      : [`${head}${cell(row.story, STORY)}${result}`];
  };
  const ruler = paint("dim", "─".repeat(narrow ? 6 + OUTCOME + NUMBERS : WHOLE - ID + id));
  const placed = orders.filter(({ orderId }) => orderId).length;
  const sums = line({
    head: " ".repeat(6),
    id: "",
    who: "",
    story: "",
    outcome: `${placed} orders in all`,
    cells: [
      money(totals.captured),
      money(totals.refunded),
      count(totals.taken),
      count(totals.events),
      count(totals.calls),
      "",
    ],
  });
  const heads = line({
    head: "    # ",
    id: "order",
    who: "who",
    story: "story",
    outcome: "outcome",
    cells: columns.map(([head]) => head),
  });
  return [
    ...heads.map((text) => paint("bold", text)),
    ruler,
    ...orders.flatMap(({ number, orderId, ended, expected, ...order }) =>
      line({
        head: `${ended && expected.includes(ended) ? paint("green", "✔") : paint("red", "✘")} ${cell(String(number), 3, "end")} `,
        id: orderId ? `…${orderId.slice(-6)}` : "-",
        who: order.customer,
        story: order.story,
        outcome: order.outcome,
        cells: [
          money(order.captured),
          money(order.refunded),
          count(order.taken),
          count(order.events),
          count(order.calls),
          String(Math.round(order.ms)),
        ],
      }),
    ),
    ruler,
    ...sums.filter((text) => text.trim() !== ""),
  ];
};

const footnotes = [
  "stock   units that left the shelves for good.",
  "events  published events that name the order (in all: those of the products, too).",
  "calls   AWS API calls of the shop's functions that name the order. A call that names",
  "        several counts for each; one that names none (prices, task tokens, stock of a",
  "        product) only in all. Not counted: what AWS does by itself, the payment provider's",
  "        own calls, and what it cost to look at the orders here.",
  "ms      from the customer's request to the last event of the order, or to the refusal.",
];

/** The report of a demo, for people. */
export const report = (result: Result, output: Output): string => {
  const paint = painter(output);
  const { invariants, surprises, stuck } = result;
  const held = invariants.filter(({ violations }) => violations.length === 0).length;
  const bad = (sentence: string) => paint("red", `✘ ${sentence}`);
  return [
    "",
    ...table(result, output),
    "",
    ...footnotes.map((text) => paint("dim", text)),
    "",
    paint(
      "bold",
      "Promises, judged over the tables, the provider's ledger and the customers' own notes",
    ),
    ...invariants.flatMap(({ name, violations }) =>
      violations.length === 0
        ? [`${paint("green", "✔")} ${name}`]
        : [bad(name), ...violations.map((what) => `    ${what}`)],
    ),
    "",
    ...stuck.map((what) => bad(`Stuck: ${what}.`)),
    ...surprises.map(bad),
    result.ok
      ? `All ${result.orders.length} stories ended as they must, and all ${held} promises hold.`
      : `${surprises.length} stories ended otherwise than they must, ${invariants.length - held} of ${invariants.length} promises are broken.`,
    `It took ${seconds(result.seconds * 1000)}, of which ${seconds(result.opening * 1000)} to open the shop. Nothing is kept.`,
    "",
    "Try next:",
    "  npm start                      the same shop, open for your own orders",
    "  npm run demo -- --orders 200   the same stories in a crowd",
    "  docs/tour.md                   one order, followed through eight files",
    "",
  ].join("\n");
};
