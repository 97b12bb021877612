import type { AttributeValue, Item } from "./items.ts";
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

type ReturnValues = "NONE" | "ALL_OLD" | "UPDATED_OLD" | "ALL_NEW" | "UPDATED_NEW";

type WithReturn = WithCapacity & {
  ReturnValues?: ReturnValues;
  ReturnItemCollectionMetrics?: "SIZE" | "NONE";
};

export type PutAction = WithCondition & { Item: Item };
export type DeleteAction = WithCondition & { Key: Item };
export type UpdateAction = WithCondition & { Key: Item; UpdateExpression?: string };
export type GetAction = WithNames & {
  TableName: string;
  Key: Item;
  ProjectionExpression?: string;
};

export type PutItem = PutAction & WithReturn;
export type DeleteItem = DeleteAction & WithReturn;
export type UpdateItem = UpdateAction & WithReturn;
export type GetItem = GetAction & WithCapacity & { ConsistentRead?: boolean };

type WriteRequest = { PutRequest?: { Item: Item }; DeleteRequest?: { Key: Item } };
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
export type BatchGetItem = WithCapacity & { RequestItems: Record<string, KeysAndAttributes> };

export type TransactWriteItem = {
  ConditionCheck?: DeleteAction;
  Put?: PutAction;
  Delete?: DeleteAction;
  Update?: UpdateAction;
};
export type TransactWriteItems = WithCapacity & {
  TransactItems: TransactWriteItem[];
  ClientRequestToken?: string;
  ReturnItemCollectionMetrics?: "SIZE" | "NONE";
};
export type TransactGetItems = WithCapacity & { TransactItems: { Get?: GetAction }[] };

export type Page = WithCapacity &
  WithNames & {
    TableName: string;
    IndexName?: string;
    Select?: "ALL_ATTRIBUTES" | "ALL_PROJECTED_ATTRIBUTES" | "SPECIFIC_ATTRIBUTES" | "COUNT";
    FilterExpression?: string;
    ProjectionExpression?: string;
    ExclusiveStartKey?: Item;
    Limit?: number;
    ConsistentRead?: boolean;
  };
export type Query = Page & { KeyConditionExpression?: string; ScanIndexForward?: boolean };
export type Scan = Page & { Segment?: number; TotalSegments?: number };
