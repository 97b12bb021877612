import batchGetItem from "dynalite/validations/batchGetItem.js";
import batchWriteItem from "dynalite/validations/batchWriteItem.js";
import createTable from "dynalite/validations/createTable.js";
import deleteItem from "dynalite/validations/deleteItem.js";
import getItem from "dynalite/validations/getItem.js";
import dynalite from "dynalite/validations/index.js";
import listTables from "dynalite/validations/listTables.js";
import putItem from "dynalite/validations/putItem.js";
import query from "dynalite/validations/query.js";
import scan from "dynalite/validations/scan.js";
import updateItem from "dynalite/validations/updateItem.js";
import updateTable from "dynalite/validations/updateTable.js";
import { notEmulated } from "../../kernel/engine.ts";
import { isObject } from "../../kernel/json.ts";
import { expressionMembers } from "./expressions/members.ts";
import { legacyParameters } from "./legacy.ts";
import { asAwsError } from "./validation-errors.ts";

/** One member of a request as dynalite describes them: its type, what is within, and its constraints. */
export type Member = string | ({ type: string; children?: unknown } & Record<string, unknown>);

/** The members of a request or of a structure in it. */
export type Members = Record<string, Member>;

const onConditionCheckFailure: Members = {
  ReturnValuesOnConditionCheckFailure: { type: "String", enum: ["ALL_OLD", "NONE"] },
};
/** The name that a new table is to have. */
const newName: Members = {
  TableName: { ...(putItem.types.TableName as { type: string }), required: true },
};
/** The name of a table. That it is shorter than any table's is found out when it is looked for. */
const tableName: Members = {
  TableName: { ...(putItem.types.TableName as { type: string }), lengthGreaterThanOrEqual: 1 },
};
const emptyName: Member = { type: "String", notNull: true, lengthGreaterThanOrEqual: 1 };
const capacity: Members = {
  ReturnConsumedCapacity: putItem.types.ReturnConsumedCapacity as Member,
  ReturnItemCollectionMetrics: putItem.types.ReturnItemCollectionMetrics as Member,
};
const tags: Member = {
  type: "List",
  children: {
    type: "ValueStruct<Tag>",
    children: {
      Key: {
        type: "String",
        notNull: true,
        lengthGreaterThanOrEqual: 1,
        lengthLessThanOrEqual: 128,
      },
      Value: { type: "String", notNull: true, lengthLessThanOrEqual: 256 },
    },
  },
};
const streamSpecification: Member = {
  type: "FieldStruct<StreamSpecification>",
  children: {
    StreamEnabled: { type: "Boolean", notNull: true },
    StreamViewType: {
      type: "String",
      enum: ["NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES", "KEYS_ONLY"],
    },
  },
};
const tableOptions: Members = {
  StreamSpecification: streamSpecification,
  DeletionProtectionEnabled: "Boolean",
  TableClass: { type: "String", enum: ["STANDARD", "STANDARD_INFREQUENT_ACCESS"] },
  SSESpecification: {
    type: "FieldStruct<SSESpecification>",
    children: {
      Enabled: "Boolean",
      SSEType: { type: "String", enum: ["AES256", "KMS"] },
      KMSMasterKeyId: "String",
    },
  },
};

const pick = (types: Record<string, unknown>, ...names: string[]): Members =>
  Object.fromEntries(names.flatMap((name) => (types[name] ? [[name, types[name] as Member]] : [])));

const action = (name: string, types: Record<string, unknown>, ...names: string[]): Members => ({
  [name]: {
    type: `FieldStruct<${name}>`,
    children: {
      ...pick(
        types,
        "TableName",
        ...names,
        "ExpressionAttributeNames",
        "ExpressionAttributeValues",
      ),
      ...onConditionCheckFailure,
    },
  },
});

const transactItems = (children: Members): Members => ({
  TransactItems: {
    type: "List",
    notNull: true,
    lengthGreaterThanOrEqual: 1,
    lengthLessThanOrEqual: 100,
    children: { type: "ValueStruct<TransactItem>", children },
  },
});

const ofTable = (types: Record<string, unknown>): Members => ({
  ...(types as Members),
  ...tableName,
});

const attributeUpdates: Member = {
  type: "Map<AttributeValueUpdate>",
  children: {
    type: "ValueStruct<AttributeValueUpdate>",
    children: {
      Action: { type: "String", enum: ["ADD", "DELETE", "PUT"] },
      Value: "AttrStruct<FieldStruct>",
    },
  },
};

/** The member without its least length: an absent and an empty list of requests are answered alike. */
const perhapsEmpty = (member: unknown): Member => {
  const { lengthGreaterThanOrEqual, ...rest } = member as {
    lengthGreaterThanOrEqual?: number;
    type: string;
  };
  return rest;
};

/** The member, which may be left out. */
const optional = (member: unknown): Member => {
  const { notNull, ...rest } = member as { notNull?: true; type: string };
  return rest;
};

/** dynalite's GlobalSecondaryIndexUpdates are of the days when every index had its throughput. */
const indexUpdates = (): Member => {
  const member = structuredClone(updateTable.types.GlobalSecondaryIndexUpdates) as {
    type: string;
    children: { children: { Create: { children: Members } } };
  };
  const { children } = member.children.children.Create;
  children.ProvisionedThroughput = optional(children.ProvisionedThroughput);
  return member;
};

const requests: Record<string, Members> = {
  CreateTable: {
    ...(createTable.types as Members),
    ...newName,
    ...tableOptions,
    Tags: tags,
    LatestStreamLabel: "String",
  },
  DescribeTable: tableName,
  DeleteTable: tableName,
  UpdateTable: {
    ...(updateTable.types as Members),
    ...tableName,
    ...tableOptions,
    AttributeDefinitions: optional(createTable.types.AttributeDefinitions),
    GlobalSecondaryIndexUpdates: indexUpdates(),
  },
  ListTables: listTables.types as Members,
  PutItem: { ...ofTable(putItem.types), ...onConditionCheckFailure },
  GetItem: ofTable(getItem.types),
  UpdateItem: {
    ...ofTable(updateItem.types),
    AttributeUpdates: attributeUpdates,
    ...onConditionCheckFailure,
  },
  DeleteItem: { ...ofTable(deleteItem.types), ...onConditionCheckFailure },
  Query: ofTable(query.types),
  Scan: {
    ...ofTable(scan.types),
    TotalSegments: {
      ...(scan.types.TotalSegments as { type: string }),
      lessThanOrEqual: 1_000_000,
    },
    ConsistentRead: "Boolean",
  },
  BatchGetItem: {
    ...(batchGetItem.types as Members),
    RequestItems: perhapsEmpty(batchGetItem.types.RequestItems),
  },
  BatchWriteItem: {
    ...(batchWriteItem.types as Members),
    RequestItems: perhapsEmpty(batchWriteItem.types.RequestItems),
  },
  TransactWriteItems: {
    ...capacity,
    ClientRequestToken: {
      type: "String",
      lengthGreaterThanOrEqual: 1,
      lengthLessThanOrEqual: 36,
    },
    ...transactItems({
      ...action("ConditionCheck", deleteItem.types, "Key", "ConditionExpression"),
      ...action("Put", putItem.types, "Item", "ConditionExpression"),
      ...action("Delete", deleteItem.types, "Key", "ConditionExpression"),
      ...action("Update", updateItem.types, "Key", "UpdateExpression", "ConditionExpression"),
    }),
  },
  TransactGetItems: {
    ...pick(getItem.types, "ReturnConsumedCapacity"),
    ...transactItems(action("Get", getItem.types, "Key", "ProjectionExpression")),
  },
  UpdateTimeToLive: {
    ...tableName,
    TimeToLiveSpecification: {
      type: "FieldStruct<TimeToLiveSpecification>",
      notNull: true,
      children: {
        Enabled: { type: "Boolean", notNull: true },
        AttributeName: {
          type: "String",
          notNull: true,
          lengthGreaterThanOrEqual: 1,
          lengthLessThanOrEqual: 255,
        },
      },
    },
  },
  DescribeTimeToLive: tableName,
  DescribeContinuousBackups: tableName,
  UpdateContinuousBackups: {
    ...tableName,
    PointInTimeRecoverySpecification: {
      type: "FieldStruct<PointInTimeRecoverySpecification>",
      notNull: true,
      children: {
        PointInTimeRecoveryEnabled: { type: "Boolean", notNull: true },
        RecoveryPeriodInDays: "Integer",
      },
    },
  },
  TagResource: {
    ResourceArn: { type: "String", notNull: true },
    Tags: { ...(tags as object), type: "List", notNull: true },
  },
  UntagResource: {
    ResourceArn: { type: "String", notNull: true },
    TagKeys: { type: "List", notNull: true, children: "String" },
  },
  ListTagsOfResource: { ResourceArn: { type: "String", notNull: true }, NextToken: "String" },
};

type Check = (value: unknown) => boolean;

const isBlob: Check = (value) =>
  typeof value === "string" &&
  value.length % 4 === 0 &&
  (value === "" || Buffer.from(value, "base64").toString("base64") === value);

const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);

const mapOf =
  (check: Check): Check =>
  (value) => {
    if (!isObject(value)) return false;
    for (const name in value) if (!check(value[name])) return false;
    return true;
  };

const isText: Check = (value) => typeof value === "string";
const isTruth: Check = (value) => typeof value === "boolean";

const isAttributeValue: Check = (value) => {
  if (!isObject(value)) return false;
  for (const type in value) if (!attributeTypes[type]?.(value[type])) return false;
  return true;
};

const attributeTypes: Record<string, Check> = {
  S: isText,
  N: isText,
  B: isBlob,
  BOOL: isTruth,
  NULL: isTruth,
  SS: listOf(isText),
  NS: listOf(isText),
  BS: listOf(isBlob),
  L: listOf(isAttributeValue),
  M: mapOf(isAttributeValue),
};

const lengthOf = (value: unknown) =>
  isObject(value) ? Object.keys(value).length : (value as string | unknown[]).length;

const constraints: Record<string, (limit: unknown) => Check> = {
  enum: (allowed) => (value) => (allowed as unknown[]).includes(value),
  regex: (pattern) => {
    const whole = new RegExp(`^${pattern}$`);
    return (value) => whole.test(value as string);
  },
  greaterThanOrEqual: (least) => (value) => (value as number) >= (least as number),
  lessThanOrEqual: (most) => (value) => (value as number) <= (most as number),
  lengthGreaterThanOrEqual: (least) => (value) => lengthOf(value) >= (least as number),
  lengthLessThanOrEqual: (most) => (value) => lengthOf(value) <= (most as number),
  keys: (limits) => {
    const checks = constraintsOf(limits as Record<string, unknown>);
    return (value) =>
      Object.keys(value as object).every((name) => checks.every((check) => check(name)));
  },
  values: (limits) => {
    const checks = constraintsOf(limits as Record<string, unknown>);
    return (value) =>
      Object.values(value as object).every((inner) => checks.every((check) => check(inner)));
  },
  tableName: () => (value) => lengthOf(value) >= 3 && lengthOf(value) <= 255,
};

const constraintsOf = (member: Record<string, unknown>): Check[] =>
  Object.entries(member).flatMap(([name, limit]) => {
    const constraint = constraints[name];
    return constraint ? [constraint(limit)] : [];
  });

const never: Check = () => false;

const struct = (members: Members): Check => {
  const checks = new Map<string, Check>();
  // An action of a transaction has no Expected, a Scan no KeyConditionExpression: the slow validation drops what a
  // request does not have, as AWS does.
  for (const name of [...legacyParameters, ...expressionMembers]) checks.set(name, never);
  const required: string[] = [];
  for (const [name, member] of Object.entries(members)) {
    checks.set(name, compiled(member));
    if (isObject(member) && (member.notNull === true || member.required === true))
      required.push(name);
  }
  return (value) => {
    if (!isObject(value)) return false;
    for (const name of required) if (value[name] === undefined) return false;
    for (const name in value) {
      const inner = value[name];
      if (inner !== undefined && checks.get(name)?.(inner) === false) return false;
    }
    return true;
  };
};

const shapeOf = (type: string, children: unknown): Check => {
  if (type.startsWith("AttrStruct")) return isAttributeValue;
  if (type.includes("Struct")) return struct(children as Members);
  if (type === "List" || type === "ParameterizedList") return listOf(compiled(children as Member));
  if (type.startsWith("Map") || type === "ParameterizedMap")
    return mapOf(compiled(children as Member));
  if (type === "String") return isText;
  if (type === "Boolean") return isTruth;
  if (type === "Blob") return isBlob;
  return Number.isInteger;
};

/** A quick test of whether dynalite would let the member pass as it is. */
const compiled = (member: Member): Check => {
  if (typeof member === "string") return shapeOf(member, undefined);
  const { type, children } = member;
  const shape = shapeOf(type, children);
  const limits = constraintsOf(member);
  return limits.length === 0
    ? shape
    : (value) => shape(value) && limits.every((check) => check(value));
};

const wellFormed = Object.fromEntries(
  Object.entries(requests).map(([operation, members]) => [operation, struct(members)]),
);

/** Members of AWS's requests that are known and not emulated; others are ignored, as AWS does. */
const refused: Record<string, string[]> = {
  CreateTable: ["OnDemandThroughput", "WarmThroughput", "ResourcePolicy", "GlobalTableSourceArn"],
  UpdateTable: ["OnDemandThroughput", "WarmThroughput", "ReplicaUpdates", "MultiRegionConsistency"],
};

const refuse = (operation: string, input: Record<string, unknown>) => {
  for (const name of refused[operation] ?? [])
    if (input[name] !== undefined && input[name] !== null)
      throw notEmulated("dynamodb", `the parameter ${name} of ${operation}`);
};

/** The name of a table that is given by its ARN, or its name. */
export const plainName = (nameOrArn: string) =>
  nameOrArn.startsWith("arn:") ? nameOrArn.replace(/^.*:table\//, "") : nameOrArn;

const withPlainName = (request: Record<string, unknown>) => {
  const { TableName } = request;
  return typeof TableName === "string" && TableName.startsWith("arn:")
    ? { ...request, TableName: plainName(TableName) }
    : request;
};

/**
 * The request when its members are of the right types and within AWS's limits. Nearly every request is: it
 * passes the quick test. Any other goes through dynalite's slow validation, which knows AWS's messages.
 */
export const checkedRequest = <T>(operation: string, input: unknown): T => {
  const request = withPlainName((input ?? {}) as Record<string, unknown>);
  refuse(operation, request);
  if (wellFormed[operation]?.(request)) return request as T;
  const types = { ...requests[operation] };
  // An empty name is too short, and that is all that AWS says of it.
  if (request.TableName === "" && types.TableName) types.TableName = emptyName;
  let checked = request;
  try {
    checked = dynalite.checkTypes(structuredClone(request), types);
    dynalite.checkValidations(checked, types);
    return checked as T;
  } catch (error) {
    throw asAwsError(operation, error, checked, types);
  }
};

/** AWS's rules for the schema of a new table, by dynalite. */
export const checkTableSchema = (request: Record<string, unknown>) =>
  createTable.custom(structuredClone(request));
