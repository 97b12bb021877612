import type { Emulator } from "emulator/boot/emulate";

/** Where Lambda, a bus and schedules keep what they try, and try again after a while. */
const WAITING = ["lambda.events", "events.deliveries", "scheduler.deliveries"];

/** Answers what tells whether nothing is on its way: no row in an outbox, no message in a queue (dead letters aside), no call or event that is tried again. */
export const restOf = ({ cloud, graph, call, urls }: Emulator): (() => Promise<boolean>) => {
  const ofType = (type: string) => graph.resources.filter((resource) => resource.type === type);
  const outboxes = ofType("aws:dynamodb/table:Table")
    .filter(({ inputs }) => inputs.streamEnabled)
    .map(({ inputs }) => inputs.name);
  const queues = ofType("aws:sqs/queue:Queue")
    .filter(({ inputs }) => inputs.redrivePolicy)
    .map(({ inputs }) => inputs.name);
  const rowsIn = async (TableName: string): Promise<number> =>
    (await call("dynamodb", "Scan", { TableName, Select: "COUNT", ConsistentRead: true })).Count;
  const messagesIn = async (name: string): Promise<number> => {
    const { Attributes } = await call("sqs", "GetQueueAttributes", {
      QueueUrl: `${urls.aws}/${cloud.account}/${name}`,
      AttributeNames: ["All"],
    });
    return ["", "NotVisible", "Delayed"].reduce(
      (sum, state) => sum + Number(Attributes[`ApproximateNumberOfMessages${state}`]),
      0,
    );
  };
  const isWaiting = (part: string) => {
    for (const _ of cloud.keeper.parts.get(part)?.keys() ?? []) return true;
    return false;
  };
  return async () => {
    if (WAITING.some(isWaiting)) return false;
    for (const table of outboxes) if ((await rowsIn(table)) > 0) return false;
    for (const queue of queues) if ((await messagesIn(queue)) > 0) return false;
    return true;
  };
};
