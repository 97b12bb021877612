import { deepEqual, equal } from "node:assert/strict";
import {
  BatchWriteItemCommand,
  DeleteItemCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { claimsOf, refused } from "./claim.ts";
import { api, guide, open } from "./dynamodb-table.ts";

/** What DynamoDB documents of writes. */
export const dynamodbWriteClaims = claimsOf("dynamodb", [
  {
    name: "condition",
    claim: "A write whose condition does not hold is refused, and changes nothing",
    doc: `${guide}/Expressions.ConditionExpressions.html`,
    async run(lab) {
      const { put, item, get } = await open(lab);
      await put(item({ n: { N: "1" } }));
      const again = put(item({ n: { N: "2" } }), {
        ConditionExpression: "attribute_not_exists(pk)",
      });
      await refused(again, "ConditionalCheckFailedException", /The conditional request failed/);
      equal((await get())?.n?.N, "1");
    },
  },
  {
    name: "condition-old-item",
    claim: "ReturnValuesOnConditionCheckFailure answers the item that stood in the way",
    doc: `${api}/API_PutItem.html`,
    async run(lab) {
      const { put, item } = await open(lab);
      await put(item({ n: { N: "1" } }));
      const error = await refused(
        put(item(), {
          ConditionExpression: "attribute_not_exists(pk)",
          ReturnValuesOnConditionCheckFailure: "ALL_OLD",
        }),
        "ConditionalCheckFailedException",
      );
      deepEqual(error.Item, item({ n: { N: "1" } }));
    },
  },
  {
    name: "update-upserts",
    claim: "UpdateItem creates an item that is not there, and ADD counts from nothing",
    doc: `${api}/API_UpdateItem.html`,
    async run(lab) {
      const { TableName, key, get } = await open(lab);
      await lab.dynamodb.send(
        new UpdateItemCommand({
          TableName,
          Key: key(),
          UpdateExpression: "ADD n :one",
          ExpressionAttributeValues: { ":one": { N: "1" } },
        }),
      );
      equal((await get())?.n?.N, "1");
    },
  },
  {
    name: "delete-nothing",
    claim: "DeleteItem of an item that is not there succeeds",
    doc: `${api}/API_DeleteItem.html`,
    async run(lab) {
      const { TableName, key } = await open(lab);
      await lab.dynamodb.send(new DeleteItemCommand({ TableName, Key: key() }));
    },
  },
  {
    name: "item-400kb",
    claim: "An item has at most 400 KB, its attributes' names included",
    doc: `${guide}/Constraints.html`,
    async run(lab) {
      const { put, item } = await open(lab);
      const big = put(item({ text: { S: "x".repeat(409_600) } }));
      await refused(big, "ValidationException", /Item size has exceeded the maximum allowed size/);
    },
  },
  {
    name: "batch-write-25",
    claim: "BatchWriteItem takes at most 25 puts or deletes",
    doc: `${api}/API_BatchWriteItem.html`,
    async run(lab) {
      const { TableName, item } = await open(lab);
      const puts = Array.from({ length: 26 }, (_, sk) => ({
        PutRequest: { Item: item({}, String(sk)) },
      }));
      const batch = new BatchWriteItemCommand({ RequestItems: { [TableName]: puts } });
      await refused(lab.dynamodb.send(batch), "ValidationException");
    },
  },
  {
    name: "remove-makes-nothing",
    claim: "An UpdateItem that only removes makes no item where there is none",
    doc: `${api}/API_UpdateItem.html`,
    async run(lab) {
      const { TableName, key, get } = await open(lab);
      const update = (more: object) =>
        lab.dynamodb.send(new UpdateItemCommand({ TableName, Key: key(), ...more }));
      await update({ UpdateExpression: "REMOVE a, b" });
      await update({
        UpdateExpression: "DELETE tags :tags",
        ExpressionAttributeValues: { ":tags": { SS: ["x"] } },
      });
      await update({ AttributeUpdates: { a: { Action: "DELETE" } } });
      equal(await get(), undefined);
    },
  },
  {
    name: "empty-update-upserts",
    claim: "An UpdateItem that asks for nothing makes an item of its key alone",
    doc: `${api}/API_UpdateItem.html`,
    async run(lab) {
      const { TableName, key, get } = await open(lab);
      await lab.dynamodb.send(new UpdateItemCommand({ TableName, Key: key() }));
      deepEqual(await get(), key());
    },
  },
  {
    name: "list-end",
    claim: "What is set behind the end of a list is added at its end, in the order of the places",
    doc: `${guide}/Expressions.UpdateExpressions.html`,
    async run(lab) {
      const { TableName, key, put, item, get } = await open(lab);
      await put(item({ l: { L: [{ S: "a" }] } }));
      await lab.dynamodb.send(
        new UpdateItemCommand({
          TableName,
          Key: key(),
          UpdateExpression: "SET l[2147483647] = :c, l[7] = :b",
          ExpressionAttributeValues: { ":b": { S: "b" }, ":c": { S: "c" } },
        }),
      );
      deepEqual((await get())?.l?.L, [{ S: "a" }, { S: "b" }, { S: "c" }]);
    },
  },
]);
