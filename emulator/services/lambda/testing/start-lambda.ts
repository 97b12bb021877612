import { virtualClock } from "../../../kernel/clock.ts";
import { createCloud, type Fact } from "../../../kernel/cloud.ts";
import { administrator, type Engine, type World } from "../../../kernel/engine.ts";
import type { TestCloud } from "../../../kernel/testing/fork.ts";
import { type SqsEngine, sqsEngine } from "../../sqs/engine.ts";
import { type LambdaOptions, lambdaEngine } from "../engine.ts";
import { type Handle, scriptedRuntime } from "./scripted-runtime.ts";
import { tinyStream } from "./tiny-stream.ts";

/** Engines of a cloud of Lambda, SQS and one stream, whose functions do what `handle` says. */
export const lambdaMakers = (handle: Handle, options: Partial<LambdaOptions> = {}) => {
  const stream = tinyStream();
  let sqs: SqsEngine | undefined;
  const makers: ((world: World) => Engine)[] = [
    (world) => {
      sqs = sqsEngine()(world);
      return sqs;
    },
    stream.engine,
    lambdaEngine({
      runtime: scriptedRuntime(handle),
      ...options,
      wake: {
        streams: stream.wake,
        queues: (arn, listener) => sqs?.onMessages(arn, listener) ?? (() => {}),
        settle: (arn, handles) => sqs?.settle(arn, handles),
      },
    }),
  ];
  return { makers, stream };
};

/** Such a cloud in virtual time. */
export const startLambda = (handle: Handle, options: Partial<LambdaOptions> = {}) => {
  const clock = virtualClock();
  const { makers, stream } = lambdaMakers(handle, options);
  const cloud: TestCloud = { ...createCloud(clock, makers), clock };
  return { ...handlesOf(cloud), stream };
};

/** What a test does with such a cloud. */
export const handlesOf = (cloud: TestCloud) => {
  const { clock } = cloud;
  const facts: Fact[] = [];
  cloud.observe((fact) => facts.push(fact));
  const call = (service: string, operation: string, input: object = {}) =>
    cloud.call({ caller: administrator, service, operation, input });
  const lambda = (operation: string, input: object = {}) => call("lambda", operation, input);
  const create = (FunctionName: string, more = {}) =>
    lambda("CreateFunction", {
      FunctionName,
      HandlerFile: "any.ts",
      Handler: "any.handler",
      Role: `role-of-${FunctionName}`,
      ...more,
    });
  const queue = async (QueueName: string, Attributes = {}) => {
    await call("sqs", "CreateQueue", { QueueName, Attributes });
    return `arn:aws:sqs:us-east-1:123456789012:${QueueName}`;
  };
  const send = (QueueUrl: string, MessageBody: string, more = {}) =>
    call("sqs", "SendMessage", { QueueUrl, MessageBody, ...more });
  const bodies = async (QueueUrl: string) => {
    const { Messages = [] } = await call("sqs", "ReceiveMessage", {
      QueueUrl,
      MaxNumberOfMessages: 10,
    });
    return (Messages as { Body: string }[]).map(({ Body }) => Body);
  };
  /** How many messages a queue holds: visible, and in somebody's hands. */
  const depth = async (QueueUrl: string) => {
    const { Attributes } = await call("sqs", "GetQueueAttributes", {
      QueueUrl,
      AttributeNames: ["All"],
    });
    return [
      Number(Attributes.ApproximateNumberOfMessages),
      Number(Attributes.ApproximateNumberOfMessagesNotVisible),
    ];
  };
  const invoke = (FunctionName: string, event: unknown, more = {}) =>
    lambda("Invoke", {
      FunctionName,
      Payload: Buffer.from(JSON.stringify(event)).toString("base64"),
      ...more,
    });
  return { clock, cloud, facts, lambda, create, queue, send, bodies, depth, invoke };
};
