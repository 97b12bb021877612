import { UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { claimsOf, refused } from "./claim.ts";
import { guide, open } from "./dynamodb-table.ts";
import type { Lab } from "./lab.ts";

/** Filters a query by an expression. */
const filterOf = async (lab: Lab) => {
  const { query } = await open(lab);
  return (FilterExpression: string) => query({ FilterExpression });
};

/** What DynamoDB documents of expressions. */
export const dynamodbExpressionClaims = claimsOf("dynamodb", [
  {
    name: "reserved-word",
    claim: "A reserved word cannot stand in an expression",
    doc: `${guide}/ReservedWords.html`,
    async run(lab) {
      const { query } = await open(lab);
      const read = query({ FilterExpression: "attribute_exists(status)" });
      await refused(read, "ValidationException", /reserved keyword: status/);
    },
  },
  {
    name: "substitutions-2mb",
    claim: "The names and values that stand for others in an expression have at most 2 MB",
    doc: `${guide}/Constraints.html`,
    async run(lab) {
      const { query } = await open(lab);
      const values = (count: number) => {
        const names = Array.from({ length: count }, (_, i) => `:v${i}`);
        return query({
          FilterExpression: `a IN (${names.join(",")})`,
          ExpressionAttributeValues: Object.fromEntries(
            names.map((name) => [name, { S: "x".repeat(300_000) }]),
          ),
        });
      };
      await values(6);
      await refused(values(7), "ValidationException", /exceeds max size/);
    },
  },
  {
    name: "nested-condition",
    claim: "Conditions nest as deep as their 300 operators reach; one operator more is refused",
    doc: `${guide}/Constraints.html`,
    async run(lab) {
      const filter = await filterOf(lab);
      const deep = (levels: number) => `${"a<b or (".repeat(levels)}a<b${")".repeat(levels)}`;
      await filter(deep(149));
      await refused(filter(deep(150)), "ValidationException", /operator count: 301/);
    },
  },
  {
    name: "not-not",
    claim: "NOT may follow NOT",
    doc: `${guide}/Expressions.OperatorsAndFunctions.html`,
    async run(lab) {
      const filter = await filterOf(lab);
      await filter("NOT NOT a<b");
    },
  },
  {
    name: "redundant-parentheses",
    claim: "Parentheses around parentheses are refused",
    doc: `${guide}/Expressions.OperatorsAndFunctions.html`,
    async run(lab) {
      const filter = await filterOf(lab);
      await filter("(a<b)");
      await refused(filter("((a<b))"), "ValidationException", /redundant parentheses/);
    },
  },
  {
    name: "expression-names",
    claim: "A name in an expression begins with a letter",
    doc: `${guide}/Expressions.ExpressionAttributeNames.html`,
    async run(lab) {
      const filter = await filterOf(lab);
      await refused(filter("_a<b"), "ValidationException", /Syntax error; token: "_", near: "_a"/);
    },
  },
  {
    name: "path-32",
    claim: "A document path has at most 32 steps",
    doc: `${guide}/Constraints.html`,
    async run(lab) {
      const { query } = await open(lab);
      const read = (steps: number) => query({ ProjectionExpression: `a${".b".repeat(steps - 1)}` });
      await read(32);
      await refused(read(33), "ValidationException", /too many nesting levels; nesting levels: 33/);
    },
  },
  {
    name: "list-append-nested",
    claim: "list_append does not stand within list_append",
    doc: `${guide}/Expressions.UpdateExpressions.html`,
    async run(lab) {
      const { TableName, key } = await open(lab);
      const update = new UpdateItemCommand({
        TableName,
        Key: key(),
        UpdateExpression: "SET l = list_append(list_append(:l, :l), :l)",
        ExpressionAttributeValues: { ":l": { L: [] } },
      });
      await refused(
        lab.dynamodb.send(update),
        "ValidationException",
        /not allowed to be used this way in an expression; function: list_append/,
      );
    },
  },
]);
