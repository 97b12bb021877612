import type { EventContract } from "../../packages/core/src/event.ts";
import { catalogue } from "../../packages/events/src/catalogue.ts";
import { bus } from "../events.ts";
import { named } from "../stage.ts";
import { lambda } from "./lambda.ts";
import { deadLetterQueue, queueWithDlq } from "./queue.ts";

type Contract = Pick<EventContract, "type">;

/** `orders.OrderPlaced.v2` without its version. */
const unversioned = (type: string) => type.replace(/\d+$/, "");

/**
 * Matches events of these contracts on our bus: in this version of theirs, and in versions that nobody here knows yet. Those
 * are not understood, and wait for a person; without it they would be lost without a word.
 */
export const published = (contracts: readonly Contract[]): Matching => {
  const types = contracts.map(({ type }) => type);
  const names = [...new Set(types.map(unversioned))];
  const known = catalogue.map(({ type }): string => type);
  const unread = known.filter((type) => names.includes(unversioned(type)) && !types.includes(type));
  return {
    bus: bus.name,
    pattern: {
      source: [...new Set(types.map((type) => `petstore.${type.split(".")[0]}`))],
      "detail-type": names.map((prefix) => ({ prefix })),
      ...(unread.length > 0 && {
        detail: { type: [{ "anything-but": unread }, { exists: false }] },
      }),
    },
  };
};

/** Where a rule listens, the account's default bus if nothing is said, and for what. */
type Matching = {
  bus?: $util.Input<string>;
  pattern: $util.Input<Record<string, unknown>>;
  /** The part of the event that is handed over, where it is not the whole. */
  part?: `$.${string}`;
};

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
    ...(on.part && { inputPath: on.part }),
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

/**
 * A queue that hears contracts: `subscribedQueue("Prices", "orders", [ProductListed])` gives PricesQueue, its
 * dead-letter queue and the rule. What EventBridge cannot deliver joins the queue's own dead letters: the same
 * event, the same cure.
 */
export const subscribedQueue = (name: string, context: string, contracts: readonly Contract[]) => {
  const { queue, deadLetters } = queueWithDlq(`${name}Queue`, context);
  const rule = ruleAndTarget(name, { context, on: published(contracts), to: queue, deadLetters });
  letSend(`${name}QueuePolicy`, queue, rule);
  letSend(`${name}DlqPolicy`, deadLetters, rule);
  return { queue, deadLetters };
};

/**
 * A function that a rule invokes. Its dead-letter queue takes both what EventBridge could not deliver and what the
 * function failed at.
 */
export const subscriber = (
  name: string,
  path: Parameters<typeof lambda>[1],
  { on, ...options }: { on: Matching } & Omit<Parameters<typeof lambda>[2], "deadLetters">,
) => {
  const context = path.split("/")[0] as string;
  const deadLetters = deadLetterQueue(`${name}Dlq`, context);
  const fn = lambda(name, path, { ...options, deadLetters, errors: "never" });
  const rule = ruleAndTarget(name, { context, on, to: fn, deadLetters });
  letSend(`${name}DlqPolicy`, deadLetters, rule);
  new aws.lambda.Permission(`${name}Permission`, {
    action: "lambda:InvokeFunction",
    function: fn.arn,
    principal: "events.amazonaws.com",
    sourceArn: rule.arn,
  });
  return fn;
};
