import { BatchGetCommand } from "@aws-sdk/lib-dynamodb";
import { client } from "@petstore/core/dynamo";

type Key = { pk: string; sk: string };
type Item = Record<string, unknown>;

const ROUNDS = 5;
const name = ({ pk, sk }: Key) => `${pk}\n${sk}`;

/**
 * Reads up to a hundred items of one table in one consistent call, and again what DynamoDB left out of it. Answers how
 * to look one up. It is no snapshot: who decides on it must write on the condition that nothing has changed.
 */
export const readTogether = async (table: string, keys: readonly Key[]) => {
  const found = new Map<string, Item>();
  let Keys: Item[] = [...new Map(keys.map((key) => [name(key), key])).values()];
  for (let round = 1; Keys.length > 0; round++) {
    if (round > ROUNDS) throw new Error(`${Keys.length} items of ${table} could not be read`);
    const page = await client.send(
      new BatchGetCommand({ RequestItems: { [table]: { Keys, ConsistentRead: true } } }),
    );
    for (const item of page.Responses?.[table] ?? []) found.set(name(item as Key), item);
    Keys = page.UnprocessedKeys?.[table]?.Keys ?? [];
  }
  return (key: Key) => found.get(name(key));
};
