import {
  CreateEventBusCommand,
  DeleteEventBusCommand,
  DeleteRuleCommand,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
  type Target,
} from "@aws-sdk/client-eventbridge";
import { SetQueueAttributesCommand } from "@aws-sdk/client-sqs";
import type { Lab } from "./lab.ts";
import { createQueue } from "./sqs.ts";

export const guide = "https://docs.aws.amazon.com/eventbridge/latest/userguide";
export const api = "https://docs.aws.amazon.com/eventbridge/latest/APIReference";

const busOf = (lab: Lab) =>
  lab.once("bus", async () => {
    const Name = lab.unique("bus");
    const { EventBusArn = "" } = await lab.events.send(new CreateEventBusCommand({ Name }));
    lab.later(() => lab.events.send(new DeleteEventBusCommand({ Name })));
    return { Name, EventBusArn };
  });

/** Puts one event on the bus of this run, under a detail type that no other claim has. */
export const publisher = async (lab: Lab) => {
  const { Name: EventBusName, EventBusArn } = await busOf(lab);
  const DetailType = lab.unique("type");
  const put = async (detail: object = {}) => {
    const Entries = [
      { EventBusName, Source: "conformance", DetailType, Detail: JSON.stringify(detail) },
    ];
    const answer = await lab.events.send(new PutEventsCommand({ Entries }));
    return answer.Entries?.[0]?.EventId;
  };
  return { EventBusName, EventBusArn, DetailType, put };
};

/** A rule for the publisher's events with a queue as its target. */
export const subscribe = async (
  lab: Lab,
  { target = {}, allowed = true }: { target?: Partial<Target>; allowed?: boolean } = {},
) => {
  const events = await publisher(lab);
  const { EventBusName, DetailType } = events;
  const [queue, dead] = [await createQueue(lab), await createQueue(lab)];
  const Rule = lab.unique("rule");
  const { RuleArn } = await lab.events.send(
    new PutRuleCommand({
      Name: Rule,
      EventBusName,
      EventPattern: JSON.stringify({ "detail-type": [DetailType] }),
    }),
  );
  lab.later(async () => {
    await lab.events.send(new RemoveTargetsCommand({ Rule, EventBusName, Ids: ["queue"] }));
    await lab.events.send(new DeleteRuleCommand({ Name: Rule, EventBusName }));
  });
  for (const { QueueUrl, arn } of allowed ? [queue, dead] : [dead]) {
    const Policy = JSON.stringify({
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Principal: { Service: "events.amazonaws.com" },
          Action: "sqs:SendMessage",
          Resource: arn,
          Condition: { ArnEquals: { "aws:SourceArn": RuleArn } },
        },
      ],
    });
    await lab.sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy } }));
  }
  const DeadLetterConfig = { Arn: dead.arn };
  await lab.events.send(
    new PutTargetsCommand({
      Rule,
      EventBusName,
      Targets: [{ Id: "queue", Arn: queue.arn, DeadLetterConfig, ...target }],
    }),
  );
  return { ...events, queue, dead, RuleArn };
};

/** Publishes until something arrives: a new rule takes its time on AWS. */
export const publishUntil = async (
  lab: Lab,
  put: () => Promise<string | undefined>,
  { receive }: Awaited<ReturnType<typeof createQueue>>,
) =>
  lab.eventually(async () => {
    const id = await put();
    const [message] = await receive();
    return message && { id, message, body: message.Body ?? "" };
  }, 60);
