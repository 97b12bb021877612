import { administrator, type World } from "../kernel/engine.ts";
import { CannotStart } from "../kernel/refusals.ts";
import type { Graph, GraphFunction, Resource } from "./graph.ts";
import { isNothingOnAws, nothingToDo } from "./nothing-to-do.ts";

/** What the translations share while the graph is created. */
export type Boot = {
  // biome-ignore lint/suspicious/noExplicitAny: AWS's answers
  call: (service: string, operation: string, input: Record<string, unknown>) => Promise<any>;
  /** From here on, `from` in the graph is `to`: an address of AWS becomes a local one. */
  replace: (from: string | undefined, to: string) => void;
  /** The text of a value with everything replaced. */
  localise: <T>(value: T) => T;
  functions: Map<string, GraphFunction>;
  /** What a function needs beside its own variables: credentials, region, endpoint, links. */
  environmentOf: (fn: GraphFunction, role: string) => Record<string, string>;
  addRole: (arn: string, policies: string[], managed: string[]) => void;
  addFunctionUrl: (url: { functionName: string; address: string; cors?: unknown }) => void;
  urlOf: (functionName: string) => string;
};

type Inputs = Resource["inputs"];

/** How one resource type comes to be: the inputs that count, those that mean nothing here, and the calls. */
type Translation = {
  uses: string[];
  skips?: string[];
  create: (inputs: Inputs, boot: Boot, resource: Resource) => Promise<unknown> | unknown;
  /** All at once: functions are bundled together. */
  together?: true;
};

const upper = (name: string) => name.charAt(0).toUpperCase() + name.slice(1);

/** Pulumi's camelCase as AWS's PascalCase, all the way down. */
export const pascal = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map(pascal)
    : typeof value === "object" && value !== null
      ? Object.fromEntries(
          Object.entries(value).map(([name, inner]) => [upper(name), pascal(inner)]),
        )
      : value;

const defined = (record: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined));

/** Pulumi says -1 for "no limit". */
const positive = (value: number | undefined) =>
  value === undefined || value < 0 ? undefined : value;

const tagList = (tags: Record<string, string> = {}) =>
  Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

const lastPart = (arn: string) => arn.split(":").at(-1) ?? "";

/** The types in the order in which they are created: what is named by others comes first. */
const translations: Record<string, Translation> = {
  "aws:dynamodb/table:Table": {
    uses: [
      "name",
      "attributes",
      "hashKey",
      "rangeKey",
      "billingMode",
      "globalSecondaryIndexes",
      "localSecondaryIndexes",
      "streamEnabled",
      "streamViewType",
      "ttl",
      "pointInTimeRecovery",
      "deletionProtectionEnabled",
      "tags",
    ],
    skips: ["serverSideEncryption"],
    async create(inputs, { call, replace }, { outputs }) {
      const key = ({ hashKey, rangeKey }: Inputs) => [
        { AttributeName: hashKey, KeyType: "HASH" },
        ...(rangeKey ? [{ AttributeName: rangeKey, KeyType: "RANGE" }] : []),
      ];
      const index = ({ name, projectionType, nonKeyAttributes, ...keys }: Inputs) => ({
        IndexName: name,
        KeySchema: key(keys),
        Projection: defined({ ProjectionType: projectionType, NonKeyAttributes: nonKeyAttributes }),
      });
      const some = (list: Inputs[] = []) => (list.length > 0 ? list.map(index) : undefined);
      const { TableDescription } = await call(
        "dynamodb",
        "CreateTable",
        defined({
          TableName: inputs.name,
          AttributeDefinitions: inputs.attributes.map(({ name, type }: Inputs) => ({
            AttributeName: name,
            AttributeType: type,
          })),
          KeySchema: key(inputs),
          BillingMode: inputs.billingMode,
          GlobalSecondaryIndexes: some(inputs.globalSecondaryIndexes),
          LocalSecondaryIndexes: some(inputs.localSecondaryIndexes),
          StreamSpecification: inputs.streamEnabled
            ? { StreamEnabled: true, StreamViewType: inputs.streamViewType }
            : undefined,
          // The graph knows the stream by its ARN already.
          LatestStreamLabel: outputs.streamArn?.split("/").at(-1),
          DeletionProtectionEnabled: inputs.deletionProtectionEnabled,
          Tags: inputs.tags && tagList(inputs.tags),
        }),
      );
      if (TableDescription.LatestStreamArn)
        replace(outputs.streamArn, TableDescription.LatestStreamArn);
      if (inputs.ttl?.enabled)
        await call("dynamodb", "UpdateTimeToLive", {
          TableName: inputs.name,
          TimeToLiveSpecification: { Enabled: true, AttributeName: inputs.ttl.attributeName },
        });
      if (inputs.pointInTimeRecovery?.enabled)
        await call("dynamodb", "UpdateContinuousBackups", {
          TableName: inputs.name,
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        });
    },
  },

  "aws:sqs/queue:Queue": {
    uses: [
      "name",
      "delaySeconds",
      "visibilityTimeoutSeconds",
      "messageRetentionSeconds",
      "maxMessageSize",
      "receiveWaitTimeSeconds",
      "fifoQueue",
      "redrivePolicy",
      "redriveAllowPolicy",
      "tags",
    ],
    skips: ["sqsManagedSseEnabled", "contentBasedDeduplication", "kmsMasterKeyId"],
    async create(inputs, { call, replace }, { outputs }) {
      const text = (value: unknown) => (value === undefined ? undefined : String(value));
      const Attributes = defined({
        DelaySeconds: text(inputs.delaySeconds),
        VisibilityTimeout: text(inputs.visibilityTimeoutSeconds),
        MessageRetentionPeriod: text(inputs.messageRetentionSeconds),
        MaximumMessageSize: text(inputs.maxMessageSize),
        ReceiveMessageWaitTimeSeconds: text(inputs.receiveWaitTimeSeconds),
        FifoQueue: inputs.fifoQueue ? "true" : undefined,
        RedrivePolicy: inputs.redrivePolicy,
        RedriveAllowPolicy: inputs.redriveAllowPolicy,
      });
      const { QueueUrl } = await call("sqs", "CreateQueue", {
        QueueName: inputs.name,
        Attributes,
        tags: inputs.tags ?? {},
      });
      replace(outputs.url, QueueUrl);
    },
  },

  "aws:sqs/queuePolicy:QueuePolicy": {
    uses: ["queueUrl", "policy"],
    create: ({ queueUrl, policy }, { call }) =>
      call("sqs", "SetQueueAttributes", { QueueUrl: queueUrl, Attributes: { Policy: policy } }),
  },

  "aws:iam/role:Role": {
    uses: ["name", "inlinePolicies", "managedPolicyArns"],
    skips: ["assumeRolePolicy", "tags", "description", "path"],
    create: ({ inlinePolicies = [], managedPolicyArns = [] }, { addRole }, { outputs }) =>
      addRole(
        outputs.arn,
        inlinePolicies.map(({ policy }: Inputs) => policy),
        managedPolicyArns,
      ),
  },

  "aws:iam/rolePolicy:RolePolicy": {
    uses: ["role", "policy"],
    skips: ["name"],
    create: ({ role, policy }, { addRole }) =>
      addRole(
        role.startsWith("arn:") ? role : `arn:aws:iam::123456789012:role/${role}`,
        [policy],
        [],
      ),
  },

  "aws:cloudwatch/eventBus:EventBus": {
    uses: ["name"],
    skips: ["tags"],
    create: ({ name }, { call }) => call("events", "CreateEventBus", { Name: name }),
  },

  "aws:sesv2/emailIdentity:EmailIdentity": {
    uses: ["emailIdentity"],
    skips: ["tags", "configurationSetName"],
    create: ({ emailIdentity }, { call }) =>
      call("ses", "CreateEmailIdentity", { EmailIdentity: emailIdentity }),
  },

  "aws:lambda/functionUrl:FunctionUrl": {
    uses: ["functionName", "authorizationType", "cors", "invokeMode"],
    create({ functionName, authorizationType, cors, invokeMode }, boot, { outputs }) {
      if (authorizationType !== "NONE")
        throw new CannotStart(
          `The local cloud has no function URLs with authorization ${authorizationType} (${functionName}).`,
        );
      if (invokeMode !== undefined && invokeMode !== "BUFFERED")
        throw new CannotStart(
          `The local cloud has no function URLs with mode ${invokeMode} (${functionName}).`,
        );
      const address = boot.urlOf(functionName);
      boot.replace(outputs.functionUrl, `${address}/`);
      boot.addFunctionUrl({ functionName, address, cors });
    },
  },

  "aws:lambda/function:Function": {
    together: true,
    uses: [
      "name",
      "role",
      "memorySize",
      "timeout",
      "architectures",
      "deadLetterConfig",
      "reservedConcurrentExecutions",
      "tags",
    ],
    skips: [
      "description",
      "environment", // likewise
      "ephemeralStorage",
      "handler", // of the bundle; the source's is in the graph's list of functions
      "loggingConfig",
      "packageType",
      "publish",
      "runtime",
      "s3Bucket",
      "s3Key",
      "sourceCodeHash",
      "code",
      "tracingConfig",
    ],
    async create(inputs, { call, functions, environmentOf }, resource) {
      const fn = functions.get(inputs.name);
      if (!fn)
        throw new CannotStart(`The graph does not say where the code of ${resource.name} is.`);
      await call(
        "lambda",
        "CreateFunction",
        defined({
          FunctionName: inputs.name,
          Role: inputs.role,
          HandlerFile: fn.handler.replace(/\.\w+$/, ".ts"),
          Handler: fn.handler.split("/").at(-1),
          Architectures: inputs.architectures,
          MemorySize: inputs.memorySize,
          Timeout: inputs.timeout,
          DeadLetterConfig: pascal(inputs.deadLetterConfig),
          ReservedConcurrentExecutions: positive(inputs.reservedConcurrentExecutions),
          Tags: inputs.tags,
          Environment: { Variables: environmentOf(fn, inputs.role) },
        }),
      );
    },
  },

  "aws:lambda/permission:Permission": {
    uses: [
      "action",
      "function",
      "functionUrlAuthType",
      "invokedViaFunctionUrl",
      "principal",
      "sourceArn",
      "statementId",
    ],
    create: ({ function: name, statementId, ...inputs }, { call }, resource) =>
      call("lambda", "AddPermission", {
        FunctionName: lastPart(name),
        StatementId: statementId ?? resource.name,
        ...(pascal(inputs) as object),
      }),
  },

  "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": {
    uses: ["functionName", "maximumRetryAttempts", "maximumEventAgeInSeconds", "destinationConfig"],
    create: ({ destinationConfig, ...inputs }, { call }) =>
      call("lambda", "PutFunctionEventInvokeConfig", {
        ...(pascal(inputs) as object),
        ...(destinationConfig && { DestinationConfig: pascal(destinationConfig) }),
      }),
  },

  "aws:lambda/eventSourceMapping:EventSourceMapping": {
    uses: [
      "batchSize",
      "bisectBatchOnFunctionError",
      "destinationConfig",
      "enabled",
      "eventSourceArn",
      "filterCriteria",
      "functionName",
      "functionResponseTypes",
      "maximumBatchingWindowInSeconds",
      "maximumRecordAgeInSeconds",
      "maximumRetryAttempts",
      "parallelizationFactor",
      "scalingConfig",
      "startingPosition",
    ],
    skips: ["tags"],
    create({ destinationConfig, tags: _tags, ...inputs }, { call }) {
      const destination = destinationConfig?.onFailure?.destinationArn;
      return call("lambda", "CreateEventSourceMapping", {
        ...(pascal(inputs) as object),
        ...(destination && { DestinationConfig: { OnFailure: { Destination: destination } } }),
      });
    },
  },

  "aws:sfn/stateMachine:StateMachine": {
    uses: ["name", "definition", "roleArn", "type"],
    skips: ["loggingConfiguration", "tracingConfiguration", "tags", "publish"],
    create: ({ name, definition, roleArn, type }, { call }) =>
      call("states", "CreateStateMachine", defined({ name, definition, roleArn, type })),
  },

  "aws:cloudwatch/eventArchive:EventArchive": {
    uses: ["name", "eventSourceArn", "eventPattern", "retentionDays", "description"],
    create: ({ name, ...inputs }, { call }) =>
      call("events", "CreateArchive", { ArchiveName: name, ...(pascal(inputs) as object) }),
  },

  "aws:cloudwatch/eventRule:EventRule": {
    uses: [
      "name",
      "description",
      "eventBusName",
      "eventPattern",
      "scheduleExpression",
      "state",
      "roleArn",
    ],
    skips: ["tags"],
    create: ({ tags: _tags, ...inputs }, { call }) =>
      call("events", "PutRule", pascal(inputs) as Record<string, unknown>),
  },

  "aws:cloudwatch/eventTarget:EventTarget": {
    uses: [
      "rule",
      "eventBusName",
      "targetId",
      "arn",
      "roleArn",
      "input",
      "inputPath",
      "inputTransformer",
      "retryPolicy",
      "deadLetterConfig",
    ],
    async create({ rule, eventBusName, targetId, ...target }, { call }) {
      const { FailedEntryCount, FailedEntries } = await call("events", "PutTargets", {
        Rule: rule,
        ...(eventBusName && { EventBusName: eventBusName }),
        Targets: [{ Id: targetId, ...(pascal(target) as object) }],
      });
      if (FailedEntryCount > 0)
        throw new CannotStart(
          `The target ${targetId} of rule ${rule}: ${FailedEntries[0].ErrorMessage}`,
        );
    },
  },

  "aws:scheduler/schedule:Schedule": {
    uses: [
      "name",
      "groupName",
      "scheduleExpression",
      "scheduleExpressionTimezone",
      "startDate",
      "endDate",
      "state",
      "flexibleTimeWindow",
      "target",
      "description",
    ],
    create: (inputs, { call }) =>
      call("scheduler", "CreateSchedule", pascal(inputs) as Record<string, unknown>),
  },
};

const checkInputs = ({ type, name, inputs }: Resource, { uses, skips = [] }: Translation) => {
  for (const [input, value] of Object.entries(inputs))
    if (value !== null && !uses.includes(input) && !skips.includes(input))
      throw new CannotStart(`The local cloud does not emulate "${input}" of ${type} (${name}).`);
};

/** Refuses a graph with a type that the local cloud does not know, by its name. */
const checkTypes = (graph: Graph) => {
  for (const { type, name } of graph.resources)
    if (
      !Object.hasOwn(translations, type) &&
      !Object.hasOwn(nothingToDo, type) &&
      !isNothingOnAws(type)
    )
      throw new CannotStart(
        `The local cloud does not emulate ${type}, which the graph has as ${name}.`,
      );
};

/** Creates everything in the graph through the engines' own API operations, as the administrator. */
export const createResources = async (
  graph: Graph,
  world: Pick<World, "call">,
  parts: Omit<Boot, "call">,
) => {
  checkTypes(graph);
  const boot: Boot = {
    ...parts,
    call: (service, operation, input) =>
      world.call({ caller: administrator, service, operation, input }),
  };
  const createOne = async (resource: Resource, translation: Translation) => {
    checkInputs(resource, translation);
    try {
      await translation.create(boot.localise(resource.inputs), boot, resource);
    } catch (error) {
      if (error instanceof CannotStart) throw error;
      const message = error instanceof Error ? error.message : String(error);
      throw new CannotStart(`${resource.type} ${resource.name} could not be created: ${message}`);
    }
  };
  // A queue names its dead-letter queue, which therefore comes first.
  const rank = ({ type, inputs }: Resource) =>
    type === "aws:sqs/queue:Queue" && inputs.redrivePolicy ? 1 : 0;

  for (const [type, translation] of Object.entries(translations)) {
    const resources = graph.resources
      .filter((candidate) => candidate.type === type)
      .sort((a, b) => rank(a) - rank(b));
    if (translation.together)
      await Promise.all(resources.map((resource) => createOne(resource, translation)));
    else for (const resource of resources) await createOne(resource, translation);
  }
};
