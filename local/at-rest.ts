import type { Emulator } from "emulator/boot/emulate";

/** Answers what tells whether nothing is on its way: no row in an outbox, no message in a queue (dead letters aside). */
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
  return async () => {
    for (const table of outboxes) if ((await rowsIn(table)) > 0) return false;
    for (const queue of queues) if ((await messagesIn(queue)) > 0) return false;
    return true;
  };
};
