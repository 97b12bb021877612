import { indexName, keyName, newName, tableName } from "./common.ts";
import {
  choice,
  type Limits,
  list,
  type Member,
  type Members,
  structure,
  text,
  truth,
  whole,
} from "./members.ts";

const definitions = (limits: Limits = {}): Members => ({
  AttributeDefinitions: list(
    structure("AttributeDefinition", {
      AttributeName: keyName({ notNull: true }),
      AttributeType: text({ notNull: true, choices: ["B", "N", "S"] }),
    }),
    limits,
  ),
});

const units: Member = { type: "Long", notNull: true, least: 1 };

const throughput = (limits: Limits = {}): Members => ({
  ProvisionedThroughput: structure(
    "ProvisionedThroughput",
    { WriteCapacityUnits: units, ReadCapacityUnits: units },
    limits,
  ),
});

const schema: Members = {
  KeySchema: list(
    structure("KeySchemaElement", {
      AttributeName: keyName({ notNull: true }),
      KeyType: text({ notNull: true, choices: ["HASH", "RANGE"] }),
    }),
    { notNull: true, shortest: 1, longest: 2 },
  ),
};

const projection: Members = {
  Projection: structure(
    "Projection",
    {
      ProjectionType: choice("ALL", "INCLUDE", "KEYS_ONLY"),
      NonKeyAttributes: list(keyName(), { shortest: 1 }),
    },
    { notNull: true },
  ),
};

const name: Members = { IndexName: indexName({ notNull: true }) };

const billing: Members = { BillingMode: choice("PROVISIONED", "PAY_PER_REQUEST") };

const options: Members = {
  StreamSpecification: structure("StreamSpecification", {
    StreamEnabled: truth({ notNull: true }),
    StreamViewType: choice("NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES", "KEYS_ONLY"),
  }),
  DeletionProtectionEnabled: truth(),
  TableClass: choice("STANDARD", "STANDARD_INFREQUENT_ACCESS"),
  SSESpecification: structure("SSESpecification", {
    Enabled: truth(),
    SSEType: choice("AES256", "KMS"),
    KMSMasterKeyId: text(),
  }),
};

const tags = (limits: Limits = {}): Members => ({
  Tags: list(
    structure("Tag", {
      Key: text({ notNull: true, shortest: 1, longest: 128 }),
      Value: text({ notNull: true, longest: 256 }),
    }),
    limits,
  ),
});

const resource: Members = { ResourceArn: text({ notNull: true }) };

/** The requests about tables. Members in the order of AWS's messages. */
export const tableRequests: Record<string, Members> = {
  CreateTable: {
    ...definitions({ notNull: true }),
    ...newName,
    ...billing,
    ...throughput(),
    ...schema,
    LocalSecondaryIndexes: list(
      structure("LocalSecondaryIndex", { ...name, ...schema, ...projection }),
    ),
    GlobalSecondaryIndexes: list(
      structure("GlobalSecondaryIndex", { ...name, ...schema, ...projection, ...throughput() }),
    ),
    ...options,
    ...tags(),
    LatestStreamLabel: text(),
  },
  DescribeTable: tableName,
  DeleteTable: tableName,
  UpdateTable: {
    ...tableName,
    ...throughput(),
    ...billing,
    GlobalSecondaryIndexUpdates: list(
      structure("GlobalSecondaryIndexUpdate", {
        Update: structure("UpdateGlobalSecondaryIndexAction", {
          ...name,
          ...throughput({ notNull: true }),
        }),
        Create: structure("CreateGlobalSecondaryIndexAction", {
          ...projection,
          ...name,
          ...throughput(),
          ...schema,
        }),
        Delete: structure("DeleteGlobalSecondaryIndexAction", name),
      }),
    ),
    ...options,
    ...definitions(),
  },
  ListTables: {
    Limit: whole({ least: 1, most: 100 }),
    ExclusiveStartTableName: indexName(),
  },
  UpdateTimeToLive: {
    ...tableName,
    TimeToLiveSpecification: structure(
      "TimeToLiveSpecification",
      { Enabled: truth({ notNull: true }), AttributeName: keyName({ notNull: true }) },
      { notNull: true },
    ),
  },
  DescribeTimeToLive: tableName,
  DescribeContinuousBackups: tableName,
  UpdateContinuousBackups: {
    ...tableName,
    PointInTimeRecoverySpecification: structure(
      "PointInTimeRecoverySpecification",
      { PointInTimeRecoveryEnabled: truth({ notNull: true }), RecoveryPeriodInDays: whole() },
      { notNull: true },
    ),
  },
  TagResource: { ...resource, ...tags({ notNull: true }) },
  UntagResource: { ...resource, TagKeys: list(text(), { notNull: true }) },
  ListTagsOfResource: { ...resource, NextToken: text() },
};
