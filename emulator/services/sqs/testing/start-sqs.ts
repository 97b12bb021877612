import { virtualClock } from "../../../kernel/clock.ts";
import { type CloudOptions, createCloud, type Fact } from "../../../kernel/cloud.ts";
import { administrator } from "../../../kernel/engine.ts";
import { type SqsEngine, type SqsOptions, sqsEngine } from "../engine.ts";

/** The ARN of a queue of that name. */
export const arn = (name: string) => `arn:aws:sqs:us-east-1:123456789012:${name}`;

/** A cloud of SQS alone, in virtual time, and what a test does with it. */
export const startSqs = async (options?: SqsOptions, { trace }: CloudOptions = {}) => {
  const clock = virtualClock();
  const cloud = createCloud(clock, [sqsEngine(options)], { trace });
  const facts: Fact[] = [];
  cloud.observe((fact) => facts.push(fact));
  const sqs = (operation: string, input: object = {}) =>
    cloud.call({ caller: administrator, service: "sqs", operation, input });
  const queue = async (name: string, Attributes = {}) =>
    (await sqs("CreateQueue", { QueueName: name, Attributes })).QueueUrl as string;
  const send = (QueueUrl: string, MessageBody: string, more = {}) =>
    sqs("SendMessage", { QueueUrl, MessageBody, ...more });
  const receive = async (QueueUrl: string, more = {}) =>
    ((await sqs("ReceiveMessage", { QueueUrl, MaxNumberOfMessages: 10, ...more })).Messages ??
      // biome-ignore lint/suspicious/noExplicitAny: the wire's shape
      []) as any[];
  const bodies = async (url: string, more = {}) =>
    (await receive(url, more)).map(({ Body }) => Body);
  const attributes = async (QueueUrl: string) =>
    (await sqs("GetQueueAttributes", { QueueUrl, AttributeNames: ["All"] })).Attributes;
  return {
    cloud,
    clock,
    facts,
    sqs,
    queue,
    send,
    receive,
    bodies,
    attributes,
    engine: cloud.engines.sqs as SqsEngine,
  };
};
