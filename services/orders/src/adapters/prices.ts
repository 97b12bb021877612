import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { client } from "@petstore/core/dynamo";
import { type Answered, type Attempt, recordKey } from "@petstore/core/idempotency";
import type { Money } from "@petstore/core/money";
import { readTogether } from "@petstore/core/together";
import { written } from "@petstore/core/written";
import type { Product } from "@petstore/events/inventory";
import { Resource } from "sst";

const table = Resource.OrdersTable.name;
const priceKey = (productId: string) => ({ pk: `PRICE#${productId}`, sk: "PRICE" });

type Price = { productId: string; name: string; price: Money };

/** Our copy of what inventory lists: an order is priced from it, whatever else is down. The newest listing stays. */
export const savePrice = async ({ productId, name, price }: Product, version: number) => {
  await written(
    client.send(
      new PutCommand({
        TableName: table,
        Item: { ...priceKey(productId), productId, name, price, version },
        ConditionExpression: "attribute_not_exists(pk) OR version < :version",
        ExpressionAttributeValues: { ":version": version },
      }),
    ),
  );
};

/** The prices of some products and the answer that an attempt may have had before, in one read. */
export const readPrices = async (productIds: readonly string[], attempt: Attempt) => {
  const read = await readTogether(table, [recordKey(attempt), ...productIds.map(priceKey)]);
  const listed = productIds.flatMap((productId) => read(priceKey(productId)) ?? []) as Price[];
  const prices = new Map(listed.map((price) => [price.productId, price]));
  return { prices, answered: read(recordKey(attempt)) as Answered | undefined };
};
