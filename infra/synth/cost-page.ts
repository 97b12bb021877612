import type { Graph } from "./graph.ts";
import { IDLE_PRICES } from "./idle-prices.ts";

/** The page that says what an idle stage costs, from the root. */
export const COST_PAGE = "docs/deploy.md";

/** The days of a month, on the average. */
const DAYS = 365 / 12;

const dollars = (amount: number) => amount.toFixed(2);

/** The page with every count, and the prices that follow from it, as the graph has them. */
export const costPage = (page: string, { resources }: Pick<Graph, "resources">): string => {
  const all = (kind: string) => resources.filter(({ type }) => type.endsWith(`:${kind}`));
  const alarms = all("MetricAlarm").length;
  const read = all("Queue").filter(({ inputs }) => inputs.redrivePolicy).length;
  const tables = all("Table").length;
  const streams = all("EventSourceMapping").filter(
    ({ inputs }) => !inputs.eventSourceArn.includes(":sqs:"),
  ).length;
  const row = (text: string, what: RegExp, count: number, price: number | undefined) =>
    text.replace(
      new RegExp(`^\\| \\d+ (${what.source}.*?\\| +)([\\d.]+)( +\\|)$`, "m"),
      (_, rest, before, end) =>
        `| ${count} ${rest}${price === undefined ? before : dollars(price)}${end}`,
    );
  let text = row(page, /alarms/, alarms, alarms * IDLE_PRICES.alarm);
  text = row(text, /queues with a function/, read, read * IDLE_PRICES.queue);
  text = row(text, /tables encrypted/, tables, tables * IDLE_PRICES.table);
  text = row(text, /schedules/, all("Schedule").length, undefined);
  const idle = [...text.matchAll(/^\|.*\| +(\d+\.\d\d) +\|$/gm)].reduce(
    (sum, [, dollars]) => sum + Number(dollars),
    0,
  );
  text = text.replace(
    /costs about \$[\d.]+ a day\*\* \(\$\d+ a month\)/,
    `costs about $${dollars(idle / DAYS)} a day** ($${Math.round(idle)} a month)`,
  );
  return text.replace(
    /\d+ queues of failures, \d+ rules, \d+ mappings of streams/,
    `${all("Queue").length - read} queues of failures, ${all("EventRule").length} rules, ${streams} mappings of streams`,
  );
};
