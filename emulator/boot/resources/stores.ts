import { defined, type Inputs, pascal, type Translation } from "./translation.ts";

const tagList = (tags: Record<string, string> = {}) =>
  Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

/** What holds things, and is named by what works on them: tables, queues, buses, addresses of senders. */
export const stores: Record<string, Translation> = {
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
    callsOnly: true,
    uses: ["queueUrl", "policy"],
    create: ({ queueUrl, policy }, { call }) =>
      call("sqs", "SetQueueAttributes", { QueueUrl: queueUrl, Attributes: { Policy: policy } }),
  },

  "aws:cloudwatch/eventBus:EventBus": {
    callsOnly: true,
    uses: ["name"],
    skips: ["tags"],
    create: ({ name }, { call }) => call("events", "CreateEventBus", { Name: name }),
  },

  "aws:sesv2/configurationSet:ConfigurationSet": {
    callsOnly: true,
    uses: ["configurationSetName"],
    skips: ["tags"],
    create: ({ configurationSetName }, { call }) =>
      call("ses", "CreateConfigurationSet", { ConfigurationSetName: configurationSetName }),
  },

  "aws:sesv2/configurationSetEventDestination:ConfigurationSetEventDestination": {
    callsOnly: true,
    uses: ["configurationSetName", "eventDestinationName", "eventDestination"],
    create: (inputs, { call }) =>
      call("ses", "CreateConfigurationSetEventDestination", pascal(inputs) as Inputs),
  },

  "aws:sesv2/emailIdentity:EmailIdentity": {
    callsOnly: true,
    uses: ["emailIdentity", "configurationSetName"],
    skips: ["tags"],
    create: ({ emailIdentity, configurationSetName }, { call }) =>
      call(
        "ses",
        "CreateEmailIdentity",
        defined({ EmailIdentity: emailIdentity, ConfigurationSetName: configurationSetName }),
      ),
  },
};
