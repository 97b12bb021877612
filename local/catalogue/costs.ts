import { IDLE_PRICES } from "../../infra/synth/idle-prices.ts";
import { code, counted, paragraphs, table } from "./markdown.ts";
import type { Known } from "./services.ts";

const ofOrders = (dollars: number) => `$${dollars.toFixed(2)}`;

/** What an order of two lines costs in each service, and in what all share, in US dollars a million orders. */
const costsOf = ({ run, wired }: Known): Map<string, { hop: string; dollars: number }[]> =>
  Map.groupBy(run.cost.parts, ({ hop }) => {
    const thing = wired.at(hop);
    return thing && thing.kind !== "api" ? thing.room : "platform";
  });

/** What a service costs: for an order, and when nobody orders. */
export const costSection = (known: Known, service: string): string => {
  const { graph, run } = known;
  const parts = costsOf(known).get(service) ?? [];
  const sum = parts.reduce((all, { dollars }) => all + dollars, 0);
  const share = Math.round((100 * sum) / run.cost.dollars);
  const own = graph.resources.filter(({ inputs }) => inputs.tags?.context === service);
  const count = (kind: string) => own.filter(({ type }) => type.endsWith(`:${kind}`));
  const alarms = count("MetricAlarm").length;
  const queues = count("Queue").filter(({ inputs }) => inputs.redrivePolicy).length;
  const tables = count("Table").length;
  const idle = alarms * IDLE_PRICES.alarm + queues * IDLE_PRICES.queue + tables * IDLE_PRICES.table;
  return paragraphs(
    parts.length === 0
      ? "An order costs nothing here that is counted: what runs at set times costs by the hour, and the sandbox provider is another company in life."
      : `An order of two lines, alone in the shop, costs ${ofOrders(sum)} a million here, ${share} % of the ${ofOrders(run.cost.dollars)} that it costs in all; e-mails are apart. Counted by the run that the examples are from, at the prices of [local/bench/cost.ts](../../../local/bench/cost.ts); \`npm run bench\` counts the whole for ten thousand orders.`,
    table(
      ["part", "calls of AWS", "$ a million orders"],
      parts.map(({ hop, dollars }) => {
        const { calls = 0 } = run.cost.parts.find((one) => one.hop === hop) ?? {};
        return [code(hop), String(calls), dollars.toFixed(2)];
      }),
    ),
    `Idle, it costs $${idle.toFixed(2)} a month: ${counted(alarms, "alarm")}, ${counted(queues, "queue")} with a function behind, ${counted(tables, "table")}, as [docs/deploy.md](../../deploy.md) counts them for the whole.`,
  ).trimEnd();
};
