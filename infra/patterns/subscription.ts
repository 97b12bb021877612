import type { EventContract } from "../../packages/core/src/event.ts";
import { bus } from "../events.ts";
import { named } from "../stage.ts";

/** Matches events of these contracts on our bus. */
export const published = (...contracts: Pick<EventContract, "type">[]) => ({
  bus: bus.name,
  pattern: {
    source: [...new Set(contracts.map(({ type }) => `petstore.${type.split(".")[0]}`))],
    "detail-type": contracts.map(({ type }) => type),
  },
});

type Matching = { bus?: $util.Input<string>; pattern: $util.Input<Record<string, unknown>> };

type Subscription = {
  context: string;
  on: Matching;
  to: { arn: $util.Input<string> };
  deadLetters: sst.aws.Queue;
};

// AWS's defaults, said aloud: EventBridge tries for a day before it gives up.
const retryPolicy = { maximumEventAgeInSeconds: 24 * 3600, maximumRetryAttempts: 185 };

const ruleAndTarget = (name: string, { context, on, to, deadLetters }: Subscription) => {
  const rule = new aws.cloudwatch.EventRule(`${name}Rule`, {
    name: named(name),
    ...(on.bus && { eventBusName: on.bus }),
    eventPattern: $jsonStringify(on.pattern),
    tags: { context },
  });
  new aws.cloudwatch.EventTarget(`${name}Target`, {
    rule: rule.name,
    ...(on.bus && { eventBusName: on.bus }),
    targetId: name,
    arn: to.arn,
    retryPolicy,
    deadLetterConfig: { arn: deadLetters.arn },
  });
  return rule;
};

const letSend = (name: string, queue: sst.aws.Queue, rule: aws.cloudwatch.EventRule) =>
  new aws.sqs.QueuePolicy(name, {
    queueUrl: queue.url,
    policy: $jsonStringify({
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Principal: { Service: "events.amazonaws.com" },
          Action: "sqs:SendMessage",
          Resource: queue.arn,
          Condition: { ArnEquals: { "aws:SourceArn": rule.arn } },
        },
      ],
    }),
  });

/** One rule from the bus to a queue. What cannot be delivered joins the queue's own dead letters: the same event, the same cure. */
export const ruleToQueue = (
  name: string,
  { queue, deadLetters, ...rest }: Omit<Subscription, "to"> & { queue: sst.aws.Queue },
) => {
  const rule = ruleAndTarget(name, { ...rest, to: queue, deadLetters });
  letSend(`${name}QueuePolicy`, queue, rule);
  letSend(`${name}DlqPolicy`, deadLetters, rule);
};

/** One rule to a function. Its dead-letter queue takes what EventBridge could not deliver and what the function failed at. */
export const ruleToFunction = (name: string, subscription: Subscription) => {
  const rule = ruleAndTarget(name, subscription);
  letSend(`${name}DlqPolicy`, subscription.deadLetters, rule);
  new aws.lambda.Permission(`${name}Permission`, {
    action: "lambda:InvokeFunction",
    function: subscription.to.arn,
    principal: "events.amazonaws.com",
    sourceArn: rule.arn,
  });
};
