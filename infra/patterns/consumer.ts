import { allow } from "./allow.ts";
import { lambda } from "./lambda.ts";
import { CONSUMER_TIMEOUT } from "./queue.ts";

/**
 * A Lambda behind a queue. It reports the messages it failed at; the others of the batch are done. What it does not
 * understand it puts among the `deadLetters` itself, with the reason.
 */
export const consumer = (
  name: string,
  path: Parameters<typeof lambda>[1],
  {
    queue,
    deadLetters,
    atOnce = 5,
    link = [],
    permissions = [],
    ...options
  }: {
    queue: sst.aws.Queue;
    deadLetters?: sst.aws.Queue;
    /** How many batches are worked on at once, at least 2: whatever a redrive or a flood brings, the rest is left to the saga. */
    atOnce?: number;
  } & Omit<Parameters<typeof lambda>[2], "timeout" | "deadLetters" | "errors">,
) => {
  const fn = lambda(name, path, {
    ...options,
    timeout: CONSUMER_TIMEOUT,
    errors: "never", // its queue gets late, and then its dead letters ring
    link: [...link, ...(deadLetters ? [deadLetters] : [])],
    permissions: [
      ...permissions,
      ...(deadLetters ? [allow(deadLetters.arn, "sqs:SendMessage")] : []),
      allow(queue.arn, "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"),
    ],
  });
  new aws.lambda.EventSourceMapping(`${name}Mapping`, {
    eventSourceArn: queue.arn,
    functionName: fn.arn,
    batchSize: 10,
    functionResponseTypes: ["ReportBatchItemFailures"],
    scalingConfig: { maximumConcurrency: atOnce },
    tags: { context: path.split("/")[0] as string },
  });
  return fn;
};
