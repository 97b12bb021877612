import { BatchGetCommand, BatchWriteCommand } from "@aws-sdk/lib-dynamodb";
import { backOff } from "./back-off.ts";
import { client } from "./dynamo.ts";
import { Throttled } from "./transact.ts";

type Key = { pk: string; sk: string };
type Item = Record<string, unknown>;

/** Six pauses of at most 3.5 seconds in all, with full jitter: what is asked for ends before its function does. */
const ATTEMPTS = 7;
const PAUSE = { first: 50, most: 1000 };

/** DynamoDB does a part of a batch and hands back the rest: that is asked for again, after a pause, and not for ever. */
const untilDone = async <Part>(parts: Part[], ask: (parts: Part[]) => Promise<Part[]>) => {
  let rest = parts;
  for (let attempt = 1; rest.length > 0; attempt++) {
    rest = await ask(rest);
    if (rest.length === 0) return;
    if (attempt === ATTEMPTS)
      throw new Throttled(`${rest.length} of ${parts.length} were left out`);
    await backOff(attempt, PAUSE);
  }
};

const name = ({ pk, sk }: Key) => `${pk}\n${sk}`;

/**
 * Reads up to a hundred items of one table in one call. Answers how to look one up. It is no snapshot: who decides on it must
 * write on the condition that nothing has changed. Throws Throttled.
 */
export const readTogether = async (
  table: string,
  keys: readonly Key[],
  { consistent = true } = {},
): Promise<(key: Key) => Item | undefined> => {
  const found = new Map<string, Item>();
  const once = new Map(keys.map(({ pk, sk }) => [name({ pk, sk }), { pk, sk }]));
  await untilDone<Item>([...once.values()], async (Keys) => {
    const asked = { [table]: { Keys, ConsistentRead: consistent } };
    const { Responses, UnprocessedKeys } = await client.send(
      new BatchGetCommand({ RequestItems: asked }),
    );
    for (const item of Responses?.[table] ?? []) found.set(name(item as Key), item);
    return UnprocessedKeys?.[table]?.Keys ?? [];
  });
  return (key) => found.get(name(key));
};

/** Deletes up to 25 items of one table in one call. Throws Throttled when some are left. */
export const deleteTogether = (table: string, keys: readonly Key[]): Promise<void> =>
  untilDone(
    keys.map(({ pk, sk }) => ({ DeleteRequest: { Key: { pk, sk } } })),
    async (requests) => {
      const { UnprocessedItems } = await client.send(
        new BatchWriteCommand({ RequestItems: { [table]: requests } }),
      );
      return (UnprocessedItems?.[table] ?? []) as typeof requests;
    },
  );
