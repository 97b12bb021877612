import type { Graph, GraphFunction, Resource } from "emulator/boot/graph";

/** What a way of coordinating needs beside what the shop has: resources and functions, in the form of infra/graph.json. */
export type More = { resources: Resource[]; functions: GraphFunction[] };

const PREFIX = "petstore-local-";
const arnOf = (service: string, rest: string) =>
  `arn:aws:${service}:us-east-1:123456789012:${rest}`;
const urlOf = (queue: string) => `https://sqs.us-east-1.amazonaws.com/123456789012/${queue}`;

/** The ARN of a function of the shop, by its name in infra/. */
export const functionArn = (name: string) => arnOf("lambda", `function:${PREFIX}${name}Function`);
export const queueArn = (name: string) => arnOf("sqs", `${PREFIX}${name}Queue`);
export const tableArn = (name: string) => arnOf("dynamodb", `table/${PREFIX}${name}Table`);
export const BUS_ARN = arnOf("events", `event-bus/${PREFIX}BusBus`);

/** What code finds under `Resource`. */
export const linked = {
  queue: (name: string, as = name) => ({ [as]: { url: urlOf(`${PREFIX}${name}Queue`) } }),
  table: (name: string) => ({ [name]: { name: `${PREFIX}${name}Table` } }),
  functions: (...names: string[]) =>
    Object.fromEntries(names.map((name) => [name, { name: `${PREFIX}${name}Function` }])),
  bus: { Bus: { name: `${PREFIX}BusBus` } },
};

const resource = (type: string, name: string, inputs: object, outputs: object = {}): Resource => ({
  ...{ type: `aws:${type}`, name, inputs: inputs as Resource["inputs"] },
  outputs: { id: name.toLowerCase(), ...outputs },
});

/** One statement of a policy. */
export const allowed = (Resource: string | string[], ...Action: string[]) => ({
  ...{ Effect: "Allow", Action, Resource },
});

const policyOf = (Statement: object[]) => JSON.stringify({ Version: "2012-10-17", Statement });

const oneQueue = (name: string, inputs: object) =>
  resource(
    "sqs/queue:Queue",
    `${name}Queue`,
    { name: `${PREFIX}${name}Queue`, messageRetentionSeconds: 1209600, ...inputs },
    { arn: queueArn(name), url: urlOf(`${PREFIX}${name}Queue`), name: `${PREFIX}${name}Queue` },
  );

/** A queue with its dead letters: so many seconds until a message comes back, and how often it does. */
export const queue = (name: string, seconds: number, attempts: number): Resource[] => [
  oneQueue(`${name}Dlq`, { visibilityTimeoutSeconds: 30 }),
  oneQueue(name, {
    visibilityTimeoutSeconds: seconds,
    redrivePolicy: JSON.stringify({
      deadLetterTargetArn: queueArn(`${name}Dlq`),
      maxReceiveCount: attempts,
    }),
  }),
];

/** A table with one key. */
export const table = (name: string, hashKey: string): Resource =>
  resource(
    "dynamodb/table:Table",
    `${name}Table`,
    {
      name: `${PREFIX}${name}Table`,
      attributes: [{ name: hashKey, type: "S" }],
      hashKey,
      billingMode: "PAY_PER_REQUEST",
    },
    { arn: tableArn(name), name: `${PREFIX}${name}Table` },
  );

/** A rule that hands events of these types, or a part of each, to a queue. */
export const rule = (name: string, types: string[], to: string, part?: string): Resource[] => {
  const ruleArn = arnOf("events", `rule/${PREFIX}BusBus/${PREFIX}${name}`);
  const shared = { eventBusName: `${PREFIX}BusBus` };
  const letSend = (queueName: string) =>
    resource("sqs/queuePolicy:QueuePolicy", `${name}${queueName}Policy`, {
      queueUrl: urlOf(`${PREFIX}${queueName}Queue`),
      policy: policyOf([
        {
          ...allowed(queueArn(queueName), "sqs:SendMessage"),
          Principal: { Service: "events.amazonaws.com" },
          Condition: { ArnEquals: { "aws:SourceArn": ruleArn } },
        },
      ]),
    });
  return [
    resource("cloudwatch/eventRule:EventRule", `${name}Rule`, {
      ...shared,
      name: `${PREFIX}${name}`,
      eventPattern: JSON.stringify({ "detail-type": types }),
    }),
    resource("cloudwatch/eventTarget:EventTarget", `${name}Target`, {
      ...shared,
      rule: `${PREFIX}${name}`,
      targetId: name,
      arn: queueArn(to),
      ...(part && { inputPath: part }),
      retryPolicy: { maximumEventAgeInSeconds: 86400, maximumRetryAttempts: 185 },
      deadLetterConfig: { arn: queueArn(`${to}Dlq`) },
    }),
    ...[to, `${to}Dlq`].map(letSend),
  ];
};

type Lambda = {
  /** The file and its export, from the root of the repository. */
  handler: string;
  links: object;
  may: object[];
  /** The queue that it is driven by, one message at a time. */
  drivenBy?: string;
};

/** A function, with its role and what drives it. */
export const lambda = (name: string, { handler, links, may, drivenBy }: Lambda): More => {
  const [functionName, role] = [`${PREFIX}${name}Function`, `${PREFIX}${name}Role`];
  const arn = `arn:aws:iam::123456789012:role/${role}`;
  const polls = ["ReceiveMessage", "DeleteMessage", "GetQueueAttributes"].map((a) => `sqs:${a}`);
  const statements = drivenBy ? [...may, allowed(queueArn(drivenBy), ...polls)] : may;
  return {
    resources: [
      resource(
        "iam/role:Role",
        `${name}Role`,
        { name: role, inlinePolicies: [{ name: "inline", policy: policyOf(statements) }] },
        { arn, name: role },
      ),
      resource(
        "lambda/function:Function",
        `${name}Function`,
        { name: functionName, role: arn, memorySize: 512, timeout: 60, architectures: ["arm64"] },
        { arn: functionArn(name), name: functionName },
      ),
      ...(drivenBy
        ? [
            resource("lambda/eventSourceMapping:EventSourceMapping", `${name}Mapping`, {
              batchSize: 1,
              eventSourceArn: queueArn(drivenBy),
              functionName: functionArn(name),
              functionResponseTypes: ["ReportBatchItemFailures"],
              scalingConfig: { maximumConcurrency: 20 },
            }),
          ]
        : []),
    ],
    functions: [{ name, functionName, handler, links, environment: {} } as GraphFunction],
  };
};

/** The shop's cloud with more in it. */
export const withMore = (graph: Graph, ...more: Partial<More>[]): Graph => ({
  ...graph,
  resources: [...graph.resources, ...more.flatMap(({ resources = [] }) => resources)],
  functions: [...graph.functions, ...more.flatMap(({ functions = [] }) => functions)],
});

/** The cloud in which some functions of the shop may do more, and find more. */
export const lettingDo = (
  graph: Graph,
  names: string[],
  links: object,
  ...may: object[]
): Graph => ({
  ...graph,
  resources: graph.resources.map((one) => {
    if (!names.some((name) => one.name === `${name}Role`)) return one;
    const [{ policy, ...rest }] = one.inputs.inlinePolicies;
    const { Statement } = JSON.parse(policy);
    const more = { ...rest, policy: policyOf([...Statement, ...may]) };
    return { ...one, inputs: { ...one.inputs, inlinePolicies: [more] } };
  }),
  functions: graph.functions.map((one) =>
    names.includes(one.name)
      ? { ...one, links: { ...one.links, ...(links as typeof one.links) } }
      : one,
  ),
});
