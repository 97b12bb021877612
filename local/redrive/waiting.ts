import {
  ChangeMessageVisibilityCommand,
  GetQueueAttributesCommand,
  ListQueuesCommand,
  ReceiveMessageCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import { CannotStart } from "emulator/kernel/refusals";
import type { FailureQueue } from "./failure-queues.ts";
import { type Letter, readLetter } from "./letters.ts";

/** A failure queue as it is on a stage. */
export type Found = FailureQueue & { url: string };

const physicalName = (url: string) => url.split("/").at(-1) ?? "";

/**
 * Finds failure queues on a stage by SST's naming: app, stage, name, and on AWS eight random letters. Throws CannotStart
 * where one of them is not there, or is there twice.
 */
export const findQueues = async (
  sqs: SQSClient,
  { app, stage }: { app: string; stage: string },
  queues: readonly FailureQueue[],
): Promise<Found[]> => {
  const urls: string[] = [];
  let NextToken: string | undefined;
  do {
    const page = await sqs.send(
      new ListQueuesCommand({
        QueueNamePrefix: `${app}-${stage}-`,
        MaxResults: 1000,
        NextToken,
      }),
    );
    urls.push(...(page.QueueUrls ?? []));
    NextToken = page.NextToken;
  } while (NextToken);
  return queues.map((queue) => {
    const own = new RegExp(`^${app}-${stage}-${queue.resource}(-[a-z]{8})?$`);
    const [url, second] = urls.filter((one) => own.test(physicalName(one)));
    if (!url)
      throw new CannotStart(
        `The stage ${stage} has no queue ${queue.name} here: is it deployed, in this account and region?`,
      );
    if (second)
      throw new CannotStart(
        `The stage ${stage} has two queues ${queue.name}, ${physicalName(url)} and ${physicalName(second)}: remove the one that is not in use.`,
      );
    return { ...queue, url };
  });
};

/** How many messages wait in a queue, and how many somebody is looking at; about so many, as SQS says itself. */
export const countIn = async (sqs: SQSClient, { url }: Found) => {
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ["All"] }),
  );
  return {
    arn: Attributes.QueueArn ?? "",
    waiting: Number(Attributes.ApproximateNumberOfMessages),
    hidden: Number(Attributes.ApproximateNumberOfMessagesNotVisible),
  };
};

/** So many messages are taken at once: each of them, a call or three, is done long before the first is visible again. */
export const MOST = 1_000;
/** For so long nobody else sees what was taken, in seconds. */
export const HIDDEN_FOR = 900;

/**
 * Takes what waits in a queue, 1,000 at most. Nobody else sees it for a quarter of an hour; then it is there again, unless
 * it was deleted. A receive counts as one, and nothing follows from that: no failure queue gives up on anything.
 */
export const takeAll = async (sqs: SQSClient, { url }: Found): Promise<Letter[]> => {
  const taken = new Map<string, Letter>();
  for (;;) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: url,
        MaxNumberOfMessages: 10,
        VisibilityTimeout: HIDDEN_FOR,
        WaitTimeSeconds: 1, // without it, SQS asks a part of its servers only
        MessageSystemAttributeNames: ["All"],
        MessageAttributeNames: ["All"],
      }),
    );
    for (const letter of Messages.map(readLetter)) taken.set(letter.id, letter);
    if (Messages.length === 0 || taken.size >= MOST) break;
  }
  return [...taken.values()].sort((a, b) => a.sentAt - b.sentAt);
};

/** Lets others see messages again at once. */
export const putBack = async (sqs: SQSClient, { url }: Found, letters: readonly Letter[]) => {
  for (const { receipt } of letters)
    await sqs.send(
      new ChangeMessageVisibilityCommand({
        QueueUrl: url,
        ReceiptHandle: receipt,
        VisibilityTimeout: 0,
      }),
    );
};
