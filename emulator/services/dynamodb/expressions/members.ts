import type { Condition, Path } from "../conditions.ts";
import type { AttributeValue } from "../items.ts";
import type { Update } from "../updates.ts";
import type { KeyComparison } from "./key-conditions.ts";

/** The members of requests that are expressions. */
export const expressionMembers = [
  "UpdateExpression",
  "ConditionExpression",
  "KeyConditionExpression",
  "FilterExpression",
  "ProjectionExpression",
] as const;

/** A request with expressions and what stands in them by placeholder. */
export type WithExpressions = {
  UpdateExpression?: string;
  ConditionExpression?: string;
  KeyConditionExpression?: string;
  FilterExpression?: string;
  ProjectionExpression?: string;
  ExpressionAttributeNames?: Record<string, string>;
  ExpressionAttributeValues?: Record<string, AttributeValue>;
};

/** The expressions of one request, parsed, with placeholders for values. */
export type Expressions = {
  update?: Update;
  condition?: Condition;
  key?: Record<string, KeyComparison>;
  filter?: Condition;
  /** The attributes that the filter names, for the rule that it may not name key attributes. */
  filterHeads?: string[];
  projection?: Path[];
  /** Attributes into which a path goes: key attributes may not be among them. */
  nested: string[];
};
