import type { Command, Control } from "../command.ts";
import { plural, refuse } from "../told.ts";
import { shownSpan } from "../words.ts";

const plain = (name: string) => name.replace(/Queue$|Table$/, "");

/** How many wait in a queue, in flight and delayed ones among them. */
const waitingIn = async ({ quiet: shop }: Control, name: string): Promise<number> => {
  const { Attributes } = await shop.call("sqs", "GetQueueAttributes", {
    QueueUrl: `${shop.urls.aws}/${shop.cloud.account}/${name}`,
    AttributeNames: ["All"],
  });
  return ["", "NotVisible", "Delayed"].reduce(
    (sum, state) => sum + Number(Attributes[`ApproximateNumberOfMessages${state}`]),
    0,
  );
};

const rowsIn = async ({ quiet: shop }: Control, TableName: string): Promise<number> =>
  (await shop.call("dynamodb", "Scan", { TableName, Select: "COUNT", ConsistentRead: true })).Count;

/** What waits in a shop now, by the names that people use: dead letters apart. */
export const depthsNow = async (control: Control) => {
  const { resources } = control.shop.graph;
  const waiting: [name: string, count: number][] = [];
  const dead: [name: string, count: number][] = [];
  for (const { type, name, inputs } of resources) {
    if (type === "aws:dynamodb/table:Table" && inputs.streamEnabled)
      waiting.push([plain(name), await rowsIn(control, inputs.name)]);
    if (type === "aws:sqs/queue:Queue")
      (inputs.redrivePolicy ? waiting : dead).push([
        plain(name),
        await waitingIn(control, inputs.name),
      ]);
  }
  return { waiting, dead };
};

/** `status`: what is paused and armed, what waits and what is dead. */
export const status: Command = {
  name: "status",
  usage: "status",
  tells: "what is paused and armed, what waits where, and what lies among the dead letters",
  example: "status",
  reads: true,
  async run(control, words) {
    if (words.length > 0) refuse("status takes no words.");
    const { shop, faults, switches } = control;
    const now = shop.cloud.clock.now();
    const off: string[] = [];
    for (const one of switches) if (!(await one.isOn())) off.push(one.name);
    const { waiting, dead } = await depthsNow(control);
    const some = (depths: [string, number][]) =>
      depths.filter(([, count]) => count > 0).map(([name, count]) => `${name} ${count}`);
    const armed = faults.list();
    const { paused = false, speed = 1 } = shop.beside.clock ?? {};
    const list = [
      `time      ${new Date(now).toISOString()}${paused ? ", paused" : ""}${speed !== 1 ? `, at speed ${Number.isFinite(speed) ? speed : "max"}` : ""}`,
      `paused    ${off.join(", ") || "nothing"}`,
      ...(armed.length === 0 ? ["faults    none"] : []),
      ...armed.map(
        ({ id, what, hits, most, endsAt }) =>
          `${id.padEnd(9)} ${what} Hit ${hits}${most === undefined ? "" : ` of ${most}`}, ends in ${shownSpan(endsAt - now)}.`,
      ),
      `waiting   ${some(waiting).join(", ") || "nothing"}`,
      `dead      ${some(dead).join(", ") || "nothing"}`,
    ];
    return {
      said: `${plural(off.length, "thing")} paused, ${plural(armed.length, "fault")} armed.`,
      next: dead.some(([, count]) => count > 0)
        ? "Dead letters wait for `redrive QUEUE`."
        : off.length + armed.length > 0
          ? "`restore all` ends every fault and pause."
          : "All is as it should be.",
      list,
    };
  },
};
