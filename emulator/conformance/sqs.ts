import { deepEqual, equal, notEqual, ok } from "node:assert/strict";
import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageCommand,
  DeleteQueueCommand,
  ListMessageMoveTasksCommand,
  type Message,
  ReceiveMessageCommand,
  type ReceiveMessageCommandInput,
  SendMessageBatchCommand,
  SendMessageCommand,
  type SendMessageCommandInput,
  StartMessageMoveTaskCommand,
} from "@aws-sdk/client-sqs";
import { claimsOf, refused } from "./claim.ts";
import type { Lab } from "./lab.ts";

const guide = "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide";
const api = "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference";

/** A new queue, and short ways to it. Receiving waits for up to five seconds. */
export const createQueue = async (lab: Lab, Attributes: Record<string, string> = {}) => {
  const QueueName = lab.unique("queue");
  const { QueueUrl } = await lab.sqs.send(new CreateQueueCommand({ QueueName, Attributes }));
  lab.later(() => lab.sqs.send(new DeleteQueueCommand({ QueueUrl })));
  return {
    QueueName,
    QueueUrl,
    arn: `arn:aws:sqs:${lab.region}:${lab.account}:${QueueName}`,
    send: (MessageBody: string, more: Partial<SendMessageCommandInput> = {}) =>
      lab.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody, ...more })),
    receive: async (more: Partial<ReceiveMessageCommandInput> = {}): Promise<Message[]> => {
      const receive = new ReceiveMessageCommand({
        QueueUrl,
        WaitTimeSeconds: 5,
        MessageSystemAttributeNames: ["All"],
        MessageAttributeNames: ["All"],
        ...more,
      });
      return (await lab.sqs.send(receive)).Messages ?? [];
    },
    /** Makes a received message visible again, at once. */
    giveBack: ({ ReceiptHandle }: Message) =>
      lab.sqs.send(
        new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 }),
      ),
    sendBatch: (Entries: { Id: string; MessageBody: string }[]) =>
      lab.sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries })),
  };
};

const withDeadLetters = async (lab: Lab, maxReceiveCount: number) => {
  const dead = await createQueue(lab);
  const queue = await createQueue(lab, {
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount }),
  });
  /** Receives and gives back until the message is dead. */
  const exhaust = async () => {
    for (let time = 0; time < maxReceiveCount; time += 1) {
      const [message] = await queue.receive();
      await queue.giveBack(message as Message);
    }
    deepEqual(await queue.receive({ WaitTimeSeconds: 1 }), []);
  };
  return { queue, dead, exhaust };
};

/** What SQS documents of messages in standard queues. */
export const sqsClaims = claimsOf("sqs", [
  {
    name: "visibility",
    claim: "A received message is hidden from others, and comes back with a higher receive count",
    doc: `${guide}/sqs-visibility-timeout.html`,
    async run(lab) {
      const { send, receive } = await createQueue(lab);
      await send("a");
      const [first] = await receive({ VisibilityTimeout: 3 });
      equal(first?.Attributes?.ApproximateReceiveCount, "1");
      deepEqual(await receive({ WaitTimeSeconds: 0 }), []);
      const [second] = await receive();
      equal(second?.MessageId, first?.MessageId);
      equal(second?.Attributes?.ApproximateReceiveCount, "2");
    },
  },
  {
    name: "visibility-zero",
    claim: "ChangeMessageVisibility to 0 makes a message visible at once",
    doc: `${api}/API_ChangeMessageVisibility.html`,
    async run(lab) {
      const { send, receive, giveBack } = await createQueue(lab);
      await send("a");
      const [first] = await receive();
      await giveBack(first as Message);
      equal((await receive()).length, 1);
    },
  },
  {
    name: "receipt-handle",
    claim: "Each time that a message is received it has another receipt handle",
    doc: `${guide}/sqs-queue-message-identifiers.html`,
    async run(lab) {
      const { send, receive, giveBack } = await createQueue(lab);
      await send("a");
      const [first] = await receive();
      await giveBack(first as Message);
      const [second] = await receive();
      notEqual(second?.ReceiptHandle, first?.ReceiptHandle);
    },
  },
  {
    name: "delete",
    claim: "Deleting a message that is deleted already succeeds",
    doc: `${api}/API_DeleteMessage.html`,
    async run(lab) {
      const { QueueUrl, send, receive } = await createQueue(lab);
      await send("a");
      const [{ ReceiptHandle } = {}] = await receive();
      await lab.sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
      await lab.sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    },
  },
  {
    name: "delay",
    claim: "A delayed message cannot be received before its time",
    doc: `${guide}/sqs-message-timers.html`,
    async run(lab) {
      const { send, receive } = await createQueue(lab);
      await send("a", { DelaySeconds: 3 });
      deepEqual(await receive({ WaitTimeSeconds: 0 }), []);
      equal((await receive()).length, 1);
    },
  },
  {
    name: "delay-limit",
    claim: "A message is delayed by at most 900 seconds",
    doc: `${api}/API_SendMessage.html`,
    async run(lab) {
      const { send } = await createQueue(lab);
      await refused(send("a", { DelaySeconds: 901 }), "InvalidParameterValue", /DelaySeconds/);
    },
  },
  {
    name: "long-polling",
    claim: "A long poll answers when a message arrives",
    doc: `${guide}/sqs-short-and-long-polling.html`,
    async run(lab) {
      const { send, receive } = await createQueue(lab);
      const [messages] = await Promise.all([receive({ WaitTimeSeconds: 20 }), send("a")]);
      equal(messages.length, 1);
    },
  },
  {
    name: "receive-10",
    claim: "At most 10 messages are received at once",
    doc: `${api}/API_ReceiveMessage.html`,
    async run(lab) {
      const { receive } = await createQueue(lab);
      await refused(
        receive({ MaxNumberOfMessages: 11, WaitTimeSeconds: 0 }),
        "InvalidParameterValue",
        /MaxNumberOfMessages/,
      );
    },
  },
  {
    name: "dead-letters",
    claim: "A message that was received too often moves to the dead-letter queue, and says whence",
    doc: `${guide}/sqs-dead-letter-queues.html`,
    async run(lab) {
      const { queue, dead, exhaust } = await withDeadLetters(lab, 2);
      const { MessageId } = await queue.send("poison");
      await exhaust();
      const [message] = await dead.receive();
      equal(message?.MessageId, MessageId);
      equal(message?.Attributes?.DeadLetterQueueSourceArn, queue.arn);
    },
  },
  {
    name: "redrive",
    claim: "StartMessageMoveTask takes dead letters back to where they came from",
    doc: `${guide}/sqs-configure-dead-letter-queue-redrive.html`,
    async run(lab) {
      const { queue, dead, exhaust } = await withDeadLetters(lab, 1);
      await queue.send("poison");
      await exhaust();
      await lab.sqs.send(new StartMessageMoveTaskCommand({ SourceArn: dead.arn }));
      equal((await queue.receive({ WaitTimeSeconds: 20 })).length, 1);
      const { Results = [] } = await lab.sqs.send(
        new ListMessageMoveTasksCommand({ SourceArn: dead.arn }),
      );
      equal(Results.length, 1);
    },
  },
  {
    name: "redrive-source",
    claim: "Only a dead-letter queue can be redriven",
    doc: `${api}/API_StartMessageMoveTask.html`,
    async run(lab) {
      const { arn } = await createQueue(lab);
      const move = new StartMessageMoveTaskCommand({ SourceArn: arn });
      await refused(lab.sqs.send(move), "InvalidParameterValue", /Dead Letter Queue/);
    },
  },
  {
    name: "batch-partial",
    claim: "Entries of a batch fail alone; the call succeeds",
    doc: `${api}/API_SendMessageBatch.html`,
    async run(lab) {
      const { sendBatch } = await createQueue(lab);
      const { Successful = [], Failed = [] } = await sendBatch([
        { Id: "good", MessageBody: "a" },
        { Id: "bad", MessageBody: "\u0000" },
      ]);
      deepEqual(
        [Successful, Failed].map(([entry]) => entry?.Id),
        ["good", "bad"],
      );
      equal(Failed[0]?.SenderFault, true);
    },
  },
  {
    name: "batch-10",
    claim: "A batch has at most 10 entries",
    doc: `${api}/API_SendMessageBatch.html`,
    async run(lab) {
      const { sendBatch } = await createQueue(lab);
      const eleven = Array.from({ length: 11 }, (_, at) => ({ Id: `m${at}`, MessageBody: "a" }));
      await refused(sendBatch(eleven), "TooManyEntriesInBatchRequest");
    },
  },
  {
    name: "batch-ids",
    claim: "The ids within a batch must differ",
    doc: `${api}/API_SendMessageBatch.html`,
    async run(lab) {
      const { sendBatch } = await createQueue(lab);
      const entry = { Id: "same", MessageBody: "a" };
      await refused(sendBatch([entry, entry]), "BatchEntryIdsNotDistinct");
    },
  },
  {
    name: "batch-empty",
    claim: "A batch cannot be empty",
    doc: `${api}/API_SendMessageBatch.html`,
    async run(lab) {
      const { sendBatch } = await createQueue(lab);
      await refused(sendBatch([]), "EmptyBatchRequest");
    },
  },
  {
    name: "message-size",
    claim: "A message has at most 1 MiB",
    doc: `${guide}/quotas-messages.html`,
    async run(lab) {
      const { send } = await createQueue(lab);
      await refused(send("x".repeat(1_048_577)), "InvalidParameterValue", /must be shorter than/);
    },
  },
  {
    name: "characters",
    claim: "Control characters that XML does not have are refused in a message",
    doc: `${api}/API_SendMessage.html`,
    async run(lab) {
      const { send } = await createQueue(lab);
      await refused(send("\u0000"), "InvalidMessageContents");
    },
  },
  {
    name: "attributes-10",
    claim: "A message has at most 10 attributes",
    doc: `${guide}/sqs-message-metadata.html`,
    async run(lab) {
      const { send } = await createQueue(lab);
      const attributes = (count: number) =>
        Object.fromEntries(
          Array.from({ length: count }, (_, i) => [
            `a${i}`,
            { DataType: "String", StringValue: "x" },
          ]),
        );
      await send("ten", { MessageAttributes: attributes(10) });
      await refused(send("eleven", { MessageAttributes: attributes(11) }), "InvalidParameterValue");
    },
  },
  {
    name: "fifo",
    claim: "A FIFO queue keeps the order and drops duplicates",
    doc: `${guide}/sqs-fifo-queues.html`,
    locally: "FIFO queues are refused by name.",
    async run(lab) {
      const QueueName = `${lab.unique("fifo")}.fifo`;
      const Attributes = { FifoQueue: "true", ContentBasedDeduplication: "true" };
      const { QueueUrl } = await lab.sqs.send(new CreateQueueCommand({ QueueName, Attributes }));
      lab.later(() => lab.sqs.send(new DeleteQueueCommand({ QueueUrl })));
      for (const MessageBody of ["1", "1", "2"])
        await lab.sqs.send(
          new SendMessageCommand({ QueueUrl, MessageBody, MessageGroupId: "group" }),
        );
      const receive = new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 });
      const { Messages = [] } = await lab.sqs.send(receive);
      ok(Messages.length > 0);
      deepEqual(
        Messages.map(({ Body }) => Body),
        ["1", "2"].slice(0, Messages.length),
      );
    },
  },
]);
