import { virtualClock } from "../../../kernel/clock.ts";
import { createCloud, type Fact } from "../../../kernel/cloud.ts";
import { administrator, type Call, type Caller, type Engine } from "../../../kernel/engine.ts";
import { sqsEngine } from "../../sqs/engine.ts";
import { eventBridgeEngine } from "../engine.ts";

export const base = "us-east-1:123456789012";
export const queueArn = (name: string) => `arn:aws:sqs:${base}:${name}`;
export const functionArn = `arn:aws:lambda:${base}:function:Start`;
export const machineArn = `arn:aws:states:${base}:stateMachine:FulfilOrder`;
export const busArn = (name: string) => `arn:aws:events:${base}:event-bus/${name}`;
export const ruleArn = `arn:aws:events:${base}:rule/Bus/Placed`;
export const hour = 3_600_000;

export const start = async (seed = 1) => {
  const clock = virtualClock({ seed });
  const calls: Call[] = [];
  let refuse = (_: Call): void => {};
  const fake = (service: string, operation: string) => (): Engine => ({
    service,
    operations: { [operation]: () => ({}) },
  });
  const cloud = createCloud(clock, [
    sqsEngine(),
    eventBridgeEngine,
    fake("lambda", "Invoke"),
    fake("states", "StartExecution"),
  ]);
  cloud.guard((call, next) => {
    if (call.caller.name === "administrator") return next(call);
    calls.push(call);
    refuse(call);
    return next(call);
  });
  const facts: Fact[] = [];
  cloud.observe((fact) => facts.push(fact));
  const as = (caller: Caller, service: string) => (operation: string, input: object) =>
    cloud.call({ caller, service, operation, input });
  const events = as(administrator, "events");
  const sqs = as(administrator, "sqs");

  await events("CreateEventBus", { Name: "Bus" });
  for (const QueueName of ["Views", "Dead"]) await sqs("CreateQueue", { QueueName });
  const rule = async (targets: object[], pattern: object = { source: ["acme"] }, more = {}) => {
    const EventPattern = JSON.stringify(pattern);
    await events("PutRule", { Name: "Placed", EventBusName: "Bus", EventPattern, ...more });
    return events("PutTargets", { Rule: "Placed", EventBusName: "Bus", Targets: targets });
  };
  const entry = (detail: object = {}, more = {}) => ({
    EventBusName: "Bus",
    Source: "acme",
    DetailType: "Placed",
    Detail: JSON.stringify(detail),
    ...more,
  });
  const put = (...Entries: object[]) => events("PutEvents", { Entries });
  const drain = async (queue: string) => {
    const { Messages = [] } = await sqs("ReceiveMessage", {
      QueueUrl: queueArn(queue),
      MaxNumberOfMessages: 10,
      VisibilityTimeout: 600,
      MessageAttributeNames: ["All"],
    });
    // biome-ignore lint/suspicious/noExplicitAny: the wire's shape
    return Messages as any[];
  };
  const bodies = async (queue: string) => (await drain(queue)).map(({ Body }) => JSON.parse(Body));
  return {
    clock,
    calls,
    facts,
    cloud,
    events,
    rule,
    entry,
    put,
    drain,
    bodies,
    failing: (how: (call: Call) => void) => {
      refuse = how;
    },
  };
};

export const views = { Id: "views", Arn: queueArn("Views") };
