import { GetCommand, QueryCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { client } from "@petstore/core/dynamo";
import { written } from "@petstore/core/written";
import { Resource } from "sst";
import type { ProductChange } from "../domain/product-view.ts";

const table = Resource.ReadTable.name;
const CATALOGUE = "CATALOGUE"; // one partition: good for some hundred changes a second

/** Applies a change if it is newer than what the row has of its kind. */
export const projectProduct = async ({ productId, set, newer }: ProductChange): Promise<void> => {
  const values = { ...set, productId, [newer.attribute]: newer.than };
  // An older event changes nothing.
  await written(
    client.send(
      new UpdateCommand({
        TableName: table,
        Key: { pk: CATALOGUE, sk: productId },
        UpdateExpression: `SET ${Object.keys(values)
          .map((name) => `#${name} = :${name}`)
          .join(", ")}`,
        ConditionExpression: `attribute_not_exists(#${newer.attribute}) OR #${newer.attribute} < :${newer.attribute}`,
        ExpressionAttributeNames: Object.fromEntries(
          Object.keys(values).map((name) => [`#${name}`, name]),
        ),
        ExpressionAttributeValues: Object.fromEntries(
          Object.entries(values).map(([name, value]) => [`:${name}`, value]),
        ),
      }),
    ),
  );
};

// biome-ignore lint/suspicious/noExplicitAny: a row as DynamoDB hands it over
const toAnswer = ({ productId, name, description, kind, price, available = 0 }: any) => ({
  productId,
  name,
  description,
  kind,
  price,
  available,
});

/** One product, or undefined when it is not on offer. */
export const findProduct = async (productId: string) => {
  const Key = { pk: CATALOGUE, sk: productId };
  const { Item } = await client.send(new GetCommand({ TableName: table, Key }));
  return Item?.name ? toAnswer(Item) : undefined;
};

/** A page of the products on offer, by id. */
export const listProducts = async (limit: number, cursor?: string) => {
  const { Items = [] } = await client.send(
    new QueryCommand({
      TableName: table,
      KeyConditionExpression: `pk = :catalogue${cursor ? " AND sk > :cursor" : ""}`,
      ExpressionAttributeValues: { ":catalogue": CATALOGUE, ...(cursor && { ":cursor": cursor }) },
      Limit: limit,
    }),
  );
  return {
    items: Items.filter(({ name }) => name).map(toAnswer),
    cursor: Items.length === limit ? (Items.at(-1)?.sk as string) : null,
  };
};
