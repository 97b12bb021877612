import { AwsError, type World } from "../../kernel/engine.ts";
import { missingParameter } from "./messages.ts";
import type { Queue } from "./queues.ts";

/** The queues there are, found by name, URL and ARN. */
export const queueDirectory = (
  { account, region, keep }: World,
  baseUrl: string | (() => string),
) => {
  const queues = keep.map<Queue>("sqs.queues");
  const nameIn = (urlOrArn: string) => urlOrArn.split(/[/:]/).at(-1) ?? "";
  return {
    queues,
    nameIn,
    arnOf: (name: string) => `arn:aws:sqs:${region}:${account}:${name}`,
    urlOf: ({ name }: Queue) =>
      `${typeof baseUrl === "function" ? baseUrl() : baseUrl}/${account}/${name}`,
    byArn(arn: string): Queue | undefined {
      const queue = queues.get(nameIn(arn));
      return queue?.arn === arn ? queue : undefined;
    },
    /** The queue that a call names. Throws QueueDoesNotExist. */
    queueAt({ QueueUrl }: { QueueUrl?: string }): Queue {
      if (!QueueUrl) throw missingParameter("QueueUrl");
      const queue = queues.get(nameIn(QueueUrl));
      if (!queue) throw new AwsError("QueueDoesNotExist", "The specified queue does not exist.");
      return queue;
    },
    change: (queue: Queue, changes: Partial<Queue>) =>
      void queues.set(queue.name, { ...queue, ...changes }),
  };
};

/** See `queueDirectory`. */
export type QueueDirectory = ReturnType<typeof queueDirectory>;
