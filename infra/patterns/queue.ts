import { alarm } from "../observability.ts";
import "./link.ts";

/** Every function behind a queue has this long for one batch, in seconds. */
export const CONSUMER_TIMEOUT = 20;
// AWS's rule for queues behind Lambda: a batch must not come back while it is still being worked on.
const VISIBILITY = 6 * CONSUMER_TIMEOUT;
const ATTEMPTS = 5;
const FOURTEEN_DAYS = 14 * 24 * 3600;

/** Where what could not be handled waits for a person: two weeks, with an alarm from the first message on. */
export const deadLetterQueue = (name: string, context: string) => {
  const queue = new sst.aws.Queue(name, {
    transform: {
      queue: {
        messageRetentionSeconds: FOURTEEN_DAYS,
        sqsManagedSseEnabled: true,
        tags: { context },
      },
    },
  });
  alarm(`${name}NotEmpty`, {
    context,
    because: `A message waits in ${name}`,
    metric: ["AWS/SQS", "ApproximateNumberOfMessagesVisible"],
    dimensions: { QueueName: queue.nodes.queue.name },
    statistic: "Maximum",
    above: 0,
    minutes: 5,
  });
  return queue;
};

/** A queue and its dead-letter queue, which takes a message after so many attempts. */
export const queueWithDlq = (name: string, context: string, { attempts = ATTEMPTS } = {}) => {
  const deadLetters = deadLetterQueue(`${name}Dlq`, context);
  const queue = new sst.aws.Queue(name, {
    visibilityTimeout: `${VISIBILITY} seconds`,
    dlq: { queue: deadLetters.arn, retry: attempts },
    transform: {
      queue: {
        messageRetentionSeconds: FOURTEEN_DAYS,
        sqsManagedSseEnabled: true,
        tags: { context },
      },
    },
  });
  alarm(`${name}Late`, {
    context,
    because: `The oldest message in ${name} waits for more than ten minutes`,
    metric: ["AWS/SQS", "ApproximateAgeOfOldestMessage"],
    dimensions: { QueueName: queue.nodes.queue.name },
    statistic: "Maximum",
    above: 600,
    minutes: 5,
  });
  return { queue, deadLetters };
};
