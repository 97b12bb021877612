import { largestItem, notTheKey, tooLarge } from "../items.ts";
import {
  attributes,
  attributeValue,
  choice,
  type Limits,
  list,
  type Member,
  type Members,
  map,
  structure,
  text,
  truth,
  whole,
} from "./members.ts";

const characters = "[a-zA-Z0-9_.-]+";

/** The name of a table. That it is shorter than any table's is found out when it is looked for. */
export const tableName: Members = {
  TableName: text({ notNull: true, pattern: characters, shortest: 1, longest: 255 }),
};

/** The name that a new table is to have. */
export const newName: Members = {
  TableName: text({ first: true, notNull: true, pattern: characters, shortest: 3, longest: 255 }),
};

/** What AWS demands of tables' names where they are the keys of a map. */
export const tableNames: Limits = { longest: 255, shortest: 3, pattern: characters };

/** The name of an index. */
export const indexName = (limits: Limits = {}) =>
  text({ ...limits, pattern: characters, shortest: 3, longest: 255 });

/** The name of an attribute that a key or an index has. */
export const keyName = (limits: Limits = {}) => text({ ...limits, shortest: 1, longest: 255 });

/** How much of what a call took its answer says. */
export const consumed: Members = { ReturnConsumedCapacity: choice("INDEXES", "TOTAL", "NONE") };

/** Whether the answer has the sizes of item collections. */
export const metrics: Members = { ReturnItemCollectionMetrics: choice("SIZE", "NONE") };

/** What of an item is answered. */
export const returned: Members = {
  ReturnValues: choice("ALL_NEW", "UPDATED_OLD", "ALL_OLD", "NONE", "UPDATED_NEW"),
};

/** What a write answers when its condition does not hold. */
export const onFailure: Members = {
  ReturnValuesOnConditionCheckFailure: choice("ALL_OLD", "NONE"),
};

/** The key of an item. */
export const key: Members = {
  Key: attributes({ notNull: true, room: { characters: largestItem, refusal: notTheKey } }),
};

/** An item that is put by itself: in a transaction AWS says otherwise what is too large. */
export const item: Members = {
  Item: attributes({
    notNull: true,
    room: { characters: largestItem, refusal: () => tooLarge(false) },
  }),
};

/** What stands for names in expressions. */
export const expressionNames: Members = {
  ExpressionAttributeNames: map("java.lang.String", text()),
};

/** What stands for names and values in expressions. */
export const placeholders: Members = {
  ExpressionAttributeValues: attributes(),
  ...expressionNames,
};

const operator = (limits: Limits = {}): Member =>
  text({
    ...limits,
    choices: [
      "IN",
      "NULL",
      "BETWEEN",
      "LT",
      "NOT_CONTAINS",
      "EQ",
      "GT",
      "NOT_NULL",
      "NE",
      "LE",
      "BEGINS_WITH",
      "GE",
      "CONTAINS",
    ],
  });

/** Legacy conditions by attribute. */
export const conditions = map(
  "Condition",
  structure("Condition", {
    AttributeValueList: list(attributeValue),
    ComparisonOperator: operator({ notNull: true }),
  }),
);

/** What joins legacy conditions. */
export const joined: Members = { ConditionalOperator: choice("OR", "AND") };

/** What legacy writes expect of an item. */
export const expected: Members = {
  Expected: map(
    "ExpectedAttributeValue",
    structure("ExpectedAttributeValue", {
      AttributeValueList: list(attributeValue),
      ComparisonOperator: operator(),
      Exists: truth(),
      Value: attributeValue,
    }),
  ),
};

/** What legacy reads want of an item. */
export const attributesToGet: Members = {
  AttributesToGet: list(text(), { shortest: 1, longest: 255 }),
};

/** How many are on a page. */
export const limit = whole({ least: 1 });
