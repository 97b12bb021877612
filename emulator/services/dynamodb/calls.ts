import type { AttributeValue, Item } from "./items.ts";
import type { LegacyParameters } from "./legacy.ts";
import type { Store } from "./store.ts";
import type { Meter } from "./units.ts";

/** What every operation gets beside its request. */
export type Context = { store: Store; meter: Meter };

type WithCapacity = { ReturnConsumedCapacity?: "INDEXES" | "TOTAL" | "NONE" };

type WithNames = {
  ExpressionAttributeNames?: Record<string, string>;
  ExpressionAttributeValues?: Record<string, AttributeValue>;
};

type WithCondition = WithNames & {
  TableName: string;
  ConditionExpression?: string;
  ReturnValuesOnConditionCheckFailure?: "ALL_OLD" | "NONE";
};

type WithExpected = Pick<LegacyParameters, "Expected" | "ConditionalOperator">;

type ReturnValues = "NONE" | "ALL_OLD" | "UPDATED_OLD" | "ALL_NEW" | "UPDATED_NEW";

type WithReturn = WithCapacity & {
  ReturnValues?: ReturnValues;
  ReturnItemCollectionMetrics?: "SIZE" | "NONE";
};

/** A put, alone or in a transaction. */
export type PutAction = WithCondition & { Item: Item };

/** A delete, alone or in a transaction; a ConditionCheck has the same members. */
export type DeleteAction = WithCondition & { Key: Item };

/** An update, alone or in a transaction. */
export type UpdateAction = WithCondition & { Key: Item; UpdateExpression?: string };

/** A read of one item, alone or in a transaction. */
export type GetAction = WithNames & {
  TableName: string;
  Key: Item;
  ProjectionExpression?: string;
};

/** The request PutItem. */
export type PutItem = PutAction & WithReturn & WithExpected;

/** The request DeleteItem. */
export type DeleteItem = DeleteAction & WithReturn & WithExpected;

/** The request UpdateItem. */
export type UpdateItem = UpdateAction &
  WithReturn &
  WithExpected &
  Pick<LegacyParameters, "AttributeUpdates">;

/** The request GetItem. */
export type GetItem = GetAction &
  WithCapacity &
  Pick<LegacyParameters, "AttributesToGet"> & { ConsistentRead?: boolean };

type WriteRequest = { PutRequest?: { Item: Item }; DeleteRequest?: { Key: Item } };

/** The request BatchWriteItem. */
export type BatchWriteItem = WithCapacity & {
  RequestItems: Record<string, WriteRequest[]>;
  ReturnItemCollectionMetrics?: "SIZE" | "NONE";
};

type KeysAndAttributes = WithNames & {
  Keys: Item[];
  ConsistentRead?: boolean;
  ProjectionExpression?: string;
  AttributesToGet?: string[];
};

/** The request BatchGetItem. */
export type BatchGetItem = WithCapacity & { RequestItems: Record<string, KeysAndAttributes> };

/** One action of a transaction: exactly one of these. */
export type TransactWriteItem = {
  ConditionCheck?: DeleteAction;
  Put?: PutAction;
  Delete?: DeleteAction;
  Update?: UpdateAction;
};

/** The request TransactWriteItems. */
export type TransactWriteItems = WithCapacity & {
  TransactItems: TransactWriteItem[];
  ClientRequestToken?: string;
  ReturnItemCollectionMetrics?: "SIZE" | "NONE";
};

/** The request TransactGetItems. */
export type TransactGetItems = WithCapacity & { TransactItems: { Get?: GetAction }[] };

/** What Query and Scan have in common. */
export type Page = WithCapacity &
  WithNames &
  Pick<LegacyParameters, "AttributesToGet" | "ConditionalOperator"> & {
    TableName: string;
    IndexName?: string;
    Select?: "ALL_ATTRIBUTES" | "ALL_PROJECTED_ATTRIBUTES" | "SPECIFIC_ATTRIBUTES" | "COUNT";
    FilterExpression?: string;
    ProjectionExpression?: string;
    ExclusiveStartKey?: Item;
    Limit?: number;
    ConsistentRead?: boolean;
  };

/** The request Query. */
export type Query = Page &
  Pick<LegacyParameters, "KeyConditions" | "QueryFilter"> & {
    KeyConditionExpression?: string;
    ScanIndexForward?: boolean;
  };

/** The request Scan. */
export type Scan = Page &
  Pick<LegacyParameters, "ScanFilter"> & { Segment?: number; TotalSegments?: number };
