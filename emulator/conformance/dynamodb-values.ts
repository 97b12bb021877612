import { deepEqual, equal, ok } from "node:assert/strict";
import { UpdateItemCommand, UpdateTimeToLiveCommand } from "@aws-sdk/client-dynamodb";
import { claimsOf, refused } from "./claim.ts";
import { guide, nested, open } from "./dynamodb-table.ts";

/** What DynamoDB documents of values and their limits. */
export const dynamodbValueClaims = claimsOf("dynamodb", [
  {
    name: "empty-key",
    claim: "An empty string may be an attribute's value, but not a key's",
    doc: `${guide}/HowItWorks.NamingRulesDataTypes.html`,
    async run(lab) {
      const { put, item } = await open(lab);
      await put(item({ text: { S: "" } }));
      await refused(put({ ...item(), sk: { S: "" } }), "ValidationException", /empty string value/);
    },
  },
  {
    name: "empty-set",
    claim: "A set cannot be empty",
    doc: `${guide}/HowItWorks.NamingRulesDataTypes.html`,
    async run(lab) {
      const { put, item } = await open(lab);
      await refused(
        put(item({ set: { SS: [] } })),
        "ValidationException",
        /set\s+may not be empty/,
      );
    },
  },
  {
    name: "number-38",
    claim: "A number keeps 38 digits; one of 39 is refused",
    doc: `${guide}/HowItWorks.NamingRulesDataTypes.html`,
    async run(lab) {
      const { put, item, get } = await open(lab);
      const N = "1".repeat(38);
      await put(item({ n: { N } }));
      equal((await get())?.n?.N, N);
      await refused(
        put(item({ n: { N: `${N}1` } })),
        "ValidationException",
        /38 significant digits/,
      );
    },
  },
  {
    name: "ttl-late",
    claim: "An item whose time to live has passed may still be read",
    doc: `${guide}/ttl-expired-items.html`,
    async run(lab) {
      const { TableName, put, item, get } = await open(lab);
      await lab.once("time to live", () =>
        lab.dynamodb.send(
          new UpdateTimeToLiveCommand({
            TableName,
            TimeToLiveSpecification: { Enabled: true, AttributeName: "expiresAt" },
          }),
        ),
      );
      await put(item({ expiresAt: { N: String(Math.floor(Date.now() / 1000) - 60) } }));
      ok(await get());
    },
  },
  {
    name: "nested-32",
    claim: "An attribute has at most 32 levels, in an item as in an expression's values",
    doc: `${guide}/Constraints.html`,
    async run(lab) {
      const { TableName, key, put, item, get } = await open(lab);
      const tooDeep = /Nesting Levels have exceeded supported limits/;
      await put(item({ deep: nested(31) }));
      deepEqual((await get())?.deep, nested(31));
      await refused(put(item({ deep: nested(32) })), "ValidationException", tooDeep);
      const update = new UpdateItemCommand({
        TableName,
        Key: key(),
        UpdateExpression: "SET a = :deep",
        ExpressionAttributeValues: { ":deep": nested(32) },
      });
      await refused(lab.dynamodb.send(update), "ValidationException", tooDeep);
    },
  },
]);
