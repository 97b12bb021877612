import type { Graph } from "emulator/boot/graph";
import type { Shop } from "../shop.ts";
import { refuse } from "./told.ts";

/** Something that AWS can switch off: who then gets nothing, and whether what comes meanwhile waits for it. */
export type Switch = {
  /** The function behind it, as people call it. */
  name: string;
  kind: "mapping" | "rule" | "schedule";
  /** What waits meanwhile, in words: "its queue", "its stream". Undefined where it is missed. */
  waitsIn: string | undefined;
  set: (on: boolean) => Promise<void>;
  isOn: () => Promise<boolean>;
  /** The line of the AWS CLI that does it. */
  line: (on: boolean) => string;
};

const functionAt = ({ resources }: Graph) => {
  const names = new Map(
    resources
      .filter(({ type }) => type === "aws:lambda/function:Function")
      .map(({ name, outputs }) => [outputs.arn, name.replace(/Function$/, "")]),
  );
  return (arn: string) => names.get(arn);
};

const mappingSwitches = ({ graph, call }: Shop, { call: look }: Shop): Switch[] => {
  const named = functionAt(graph);
  return graph.resources
    .filter(({ type }) => type === "aws:lambda/eventSourceMapping:EventSourceMapping")
    .flatMap(({ inputs }): Switch[] => {
      const name = named(inputs.functionName);
      if (!name) return [];
      const find = async () => {
        const { eventSourceArn: EventSourceArn, functionName: FunctionName } = inputs;
        const asked = { EventSourceArn, FunctionName };
        return (await look("lambda", "ListEventSourceMappings", asked)).EventSourceMappings[0];
      };
      const stream = String(inputs.eventSourceArn).includes("/stream/");
      return [
        {
          name,
          kind: "mapping",
          waitsIn: stream ? "the outbox" : "the queue",
          async set(Enabled) {
            const { UUID } = await find();
            await call("lambda", "UpdateEventSourceMapping", { UUID, Enabled });
          },
          isOn: async () => (await find())?.State === "Enabled",
          line: (on) =>
            `aws lambda update-event-source-mapping --uuid $(aws lambda list-event-source-mappings --function-name ${String(inputs.functionName).split(":").at(-1)} --query 'EventSourceMappings[0].UUID' --output text) --${on ? "" : "no-"}enabled`,
        },
      ];
    });
};

const ruleSwitches = ({ graph, call }: Shop, { call: look }: Shop): Switch[] => {
  const named = functionAt(graph);
  return graph.resources
    .filter(({ type }) => type === "aws:cloudwatch/eventTarget:EventTarget")
    .flatMap(({ inputs }): Switch[] => {
      const name = named(inputs.arn);
      if (!name) return [];
      const { rule: Name, eventBusName: EventBusName } = inputs;
      const rule = { Name, ...(EventBusName && { EventBusName }) };
      return [
        {
          name,
          kind: "rule",
          waitsIn: undefined,
          set: (on) => call("events", on ? "EnableRule" : "DisableRule", rule),
          isOn: async () => (await look("events", "DescribeRule", rule)).State === "ENABLED",
          line: (on) =>
            `aws events ${on ? "enable" : "disable"}-rule --name ${Name}${EventBusName ? ` --event-bus-name ${EventBusName}` : ""}`,
        },
      ];
    });
};

const scheduleSwitches = ({ graph, call }: Shop, { call: look }: Shop): Switch[] => {
  const named = functionAt(graph);
  return graph.resources
    .filter(({ type }) => type === "aws:scheduler/schedule:Schedule")
    .flatMap(({ name: resource, inputs, outputs }): Switch[] => {
      const name = named(inputs.target.arn);
      if (!name) return [];
      const Name = inputs.name ?? outputs.name ?? resource;
      return [
        {
          name,
          kind: "schedule",
          waitsIn: undefined,
          async set(on) {
            const schedule = await look("scheduler", "GetSchedule", { Name });
            for (const told of ["Arn", "CreationDate", "LastModificationDate"])
              delete schedule[told];
            const State = on ? "ENABLED" : "DISABLED";
            await call("scheduler", "UpdateSchedule", { ...schedule, State });
          },
          isOn: async () => (await look("scheduler", "GetSchedule", { Name })).State === "ENABLED",
          line: (on) =>
            `aws scheduler update-schedule --name ${Name} --state ${on ? "ENABLED" : "DISABLED"} (with its other settings, which it would forget)`,
        },
      ];
    });
};

/** Everything of a shop that AWS can switch off. `quiet` is the same shop, looked at past every gate. */
export const switchesOf = (shop: Shop, quiet: Shop): Switch[] => [
  ...mappingSwitches(shop, quiet),
  ...ruleSwitches(shop, quiet),
  ...scheduleSwitches(shop, quiet),
];

const context = "(orders|inventory|payments)";

/** What people say, and which functions they mean by it. Parts of an expression in brackets are taken from their words. */
const groups: [words: string, said: RegExp, means: string][] = [
  ["relay", /^(the )?relays?$/, "^\\w+RelayOutbox$"],
  ["relay orders", new RegExp(`^(?:relay ${context}|${context} relay)$`), "^$1RelayOutbox$"],
  ["projections", /^(projections?|read[ -]side|projectors?)$/, "^Project"],
  ["projection orders", /^projection (orders|products|sales)$/, "^Project$1$"],
  ["notifications", /^(notifications?|notifier|e-?mails?)$/, "^NotifyCustomer$"],
  ["webhooks", /^webhooks?$/, "^DeliverWebhook$"],
  ["prices", /^prices?$/, "^UpdatePrices$"],
  ["starter", /^(starter|saga)$/, "^StartFulfilment$"],
  ["cancellations", /^cancellations?$/, "^StartCancellation$"],
  ["recovery", /^recovery$/, "^RecoverSaga$"],
  ["sweepers", /^sweepers?$/, "^(\\w*Sweep\\w*)$"],
];

/** The switches that somebody means by these words: a group that people have a name for, or one function. Refuses with what there is. */
export const switchesNamed = (switches: readonly Switch[], words: readonly string[]): Switch[] => {
  const said = words.join(" ").toLowerCase();
  for (const [, pattern, means] of groups) {
    const match = pattern.exec(said);
    if (!match) continue;
    const name = new RegExp(means.replace("$1", match.slice(1).find(Boolean) ?? ""), "i");
    return switches.filter((one) => name.test(one.name));
  }
  const found = switches.filter((one) => one.name.toLowerCase() === said);
  if (found.length > 0) return found;
  return refuse(
    `There is nothing to pause called "${words.join(" ")}"; there are ${groups.map(([name]) => name).join(", ")}, and the functions ${switches.map(({ name }) => name).join(", ")}.`,
  );
};
