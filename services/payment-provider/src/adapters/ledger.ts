import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import { client } from "@petstore/core/dynamo";
import { Resource } from "sst";
import type { Posting } from "../domain/operations.ts";

/** A page of the ledger: every movement of money, for whoever wants to compare books with it. */
export const readLedger = async (after?: string) => {
  const page = await client.send(
    new QueryCommand({
      TableName: Resource.ProviderTable.name,
      ConsistentRead: true,
      KeyConditionExpression: "pk = :ledger",
      ExpressionAttributeValues: { ":ledger": "LEDGER" },
      ...(after && { ExclusiveStartKey: { pk: "LEDGER", sk: after } }),
    }),
  );
  const items = (page.Items ?? []).map(({ sk, posting, at }) => {
    const [paymentId = "", kind = "", cause] = String(sk).split("#");
    return {
      paymentId,
      kind,
      ...(cause && { cause }),
      at: String(at),
      posting: posting as Posting,
    };
  });
  const cursor: unknown = page.LastEvaluatedKey?.sk;
  return { items, ...(cursor ? { cursor } : {}) };
};
