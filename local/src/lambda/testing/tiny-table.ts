import { AwsError, type Engine } from "../../engine.ts";

type Item = Record<string, unknown> & { pk: { S: string } };

/** As much of DynamoDB as the test handlers use: no engine's behaviour is tested on it. */
export const tinyTable = (): Engine => {
  const items = new Map<string, Item>();
  return {
    service: "dynamodb",
    operations: {
      PutItem({ Item }: { Item: Item }) {
        items.set(Item.pk.S, Item);
        return {};
      },
      GetItem: ({ Key }: { Key: Item }) => ({ Item: items.get(Key.pk.S) }),
      TransactWriteItems({
        TransactItems,
        ClientRequestToken,
      }: {
        TransactItems: { Put: { Item: Item } }[];
        ClientRequestToken?: string;
      }) {
        if (!ClientRequestToken) throw new AwsError("ValidationException", "No token.");
        const taken = TransactItems.map(({ Put }) => items.has(Put.Item.pk.S));
        if (taken.includes(true))
          throw new AwsError("TransactionCanceledException", "Transaction cancelled", 400, {
            CancellationReasons: taken.map((is) => ({
              Code: is ? "ConditionalCheckFailed" : "None",
            })),
          });
        for (const { Put } of TransactItems) items.set(Put.Item.pk.S, Put.Item);
        return {};
      },
    },
  };
};
