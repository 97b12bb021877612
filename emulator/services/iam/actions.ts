import type { Call } from "../../kernel/engine.ts";
import { readToken } from "../stepfunctions/token.ts";

/** One right that a call needs. Without `resource` the call does not say on what, and any will do. */
export type Need = { action: string; resource?: string };

type Where = { account: string; region: string };
// biome-ignore lint/suspicious/noExplicitAny: the input of any operation
type Input = any;

const last = (text: string, separator: RegExp) => text.split(separator).at(-1) ?? "";

/** What is no text names nothing: the service will refuse it. Nobody takes it for one, however deep it is. */
const named = (value: unknown) => (typeof value === "string" ? value : undefined);

const table = (given: unknown, { account, region }: Where) => {
  const name = named(given);
  return name?.startsWith("arn:")
    ? name
    : `arn:aws:dynamodb:${region}:${account}:table/${name ?? "*"}`;
};

const transactActions: Record<string, string> = {
  Put: "PutItem",
  Update: "UpdateItem",
  Delete: "DeleteItem",
  ConditionCheck: "ConditionCheckItem",
  Get: "GetItem",
};

const dynamodb = (operation: string, input: Input, where: Where): Need[] => {
  if (operation === "TransactWriteItems" || operation === "TransactGetItems")
    return (input.TransactItems ?? []).flatMap((item: Record<string, Input>) =>
      Object.entries(item ?? {}).map(([kind, action]) => ({
        action: `dynamodb:${transactActions[kind] ?? kind}`,
        resource: table(action?.TableName, where),
      })),
    );
  if (operation === "BatchGetItem" || operation === "BatchWriteItem")
    return Object.keys(input.RequestItems ?? {}).map((name) => ({
      action: `dynamodb:${operation}`,
      resource: table(name, where),
    }));
  if (operation === "ListTables") return [{ action: "dynamodb:ListTables", resource: "*" }];
  const resource = named(input.ResourceArn) ?? table(input.TableName, where);
  const index = named(input.IndexName);
  return [
    {
      action: `dynamodb:${operation}`,
      resource: index ? `${resource}/index/${index}` : resource,
    },
  ];
};

/** Our iterators carry the stream's ARN in base64 or in plain text, as AWS's do in plain text. */
const streamOf = (iterator: string): string | undefined => {
  const arn = /arn:aws:dynamodb:[\w-]*:\d*:table\/[\w.-]+\/stream\/[\w:.-]+/;
  return (
    arn.exec(iterator)?.[0] ?? arn.exec(Buffer.from(iterator, "base64").toString("latin1"))?.[0]
  );
};

const streams = (operation: string, input: Input, where: Where): Need[] => {
  const iterator = named(input.ShardIterator);
  const resource =
    named(input.StreamArn) ??
    (iterator ? streamOf(iterator) : `${table(input.TableName, where)}/stream/*`);
  return [{ action: `dynamodb:${operation}`, ...(resource && { resource }) }];
};

const sqs = (operation: string, input: Input, { account, region }: Where): Need[] => {
  if (operation === "ListQueues") return [{ action: "sqs:ListQueues", resource: "*" }];
  const name = input.QueueName ?? last(input.QueueUrl ?? "", /[/:]/); // engines address queues by ARN
  return [
    {
      action: `sqs:${operation.replace(/Batch$/, "")}`,
      resource: input.SourceArn ?? `arn:aws:sqs:${region}:${account}:${name}`,
    },
  ];
};

const events = (operation: string, input: Input, { account, region }: Where): Need[] => {
  const bus = (name = "default") =>
    name.startsWith("arn:") ? name : `arn:aws:events:${region}:${account}:event-bus/${name}`;
  if (operation === "PutEvents")
    return [...new Set((input.Entries ?? []).map((entry: Input) => bus(entry.EventBusName)))].map(
      (resource) => ({ action: "events:PutEvents", resource: resource as string }),
    );
  const rule = input.Rule ?? (operation.endsWith("Rule") ? input.Name : undefined);
  const busName = last(input.EventBusName ?? "default", /\//);
  const path = busName === "default" ? rule : `${busName}/${rule}`;
  return [
    {
      action: `events:${operation}`,
      resource: rule ? `arn:aws:events:${region}:${account}:rule/${path}` : bus(input.Name),
    },
  ];
};

const states = (operation: string, input: Input): Need[] => {
  const action = `states:${operation}`;
  if (operation.startsWith("SendTask")) {
    const [, prefix, name] =
      /^(.*):execution:([^:]+):/.exec(readToken(input.taskToken)?.arn ?? "") ?? [];
    return [name ? { action, resource: `${prefix}:stateMachine:${name}` } : { action }];
  }
  return [
    { action, resource: input.stateMachineArn ?? input.executionArn ?? input.resourceArn ?? "*" },
  ];
};

const lambda = (operation: string, input: Input, { account, region }: Where): Need[] => {
  const name: string | undefined = input.FunctionName;
  const arn = name?.startsWith("arn:")
    ? name
    : `arn:aws:lambda:${region}:${account}:function:${last(name ?? "*", /:function:/)}`;
  const action = operation === "Invoke" ? "InvokeFunction" : operation;
  return [{ action: `lambda:${action}`, resource: name ? arn : "*" }];
};

/** The address in "Acme Corp <acme@example.com>". */
const address = (from: string) => /<([^>]+)>/.exec(from)?.[1] ?? from;

const ses = (operation: string, input: Input, { account, region }: Where): Need[] => [
  ...(input.FromEmailAddress || input.EmailIdentity || !input.ConfigurationSetName
    ? [
        {
          action: `ses:${operation}`,
          resource: `arn:aws:ses:${region}:${account}:identity/${input.FromEmailAddress ? address(input.FromEmailAddress) : (input.EmailIdentity ?? "*")}`,
        },
      ]
    : []),
  ...(input.ConfigurationSetName
    ? [
        {
          action: `ses:${operation}`,
          resource: `arn:aws:ses:${region}:${account}:configuration-set/${input.ConfigurationSetName}`,
        },
      ]
    : []),
];

const scheduler = (operation: string, input: Input, { account, region }: Where): Need[] => [
  {
    action: `scheduler:${operation}`,
    resource: input.Name
      ? `arn:aws:scheduler:${region}:${account}:schedule/${input.GroupName ?? "default"}/${input.Name}`
      : "*",
  },
];

const byService: Record<string, (operation: string, input: Input, where: Where) => Need[]> = {
  dynamodb,
  streams,
  sqs,
  events,
  states,
  lambda,
  ses,
  scheduler,
};

/** The role of a request that came through a function's URL. */
export const viaFunctionUrl = "function-url";

/** The rights that a call needs, after the Service Authorization Reference. */
export const needsOf = ({ caller, service, operation, input }: Call, where: Where): Need[] => {
  if (operation === "GetCallerIdentity") return []; // nobody can be denied this one
  const needs = byService[service]?.(operation, input ?? {}, where) ?? [
    { action: `${service}:${operation}`, resource: "*" },
  ];
  if (caller.role !== viaFunctionUrl) return needs;
  return needs.flatMap((need) => [need, { ...need, action: "lambda:InvokeFunctionUrl" }]);
};
