import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import type { client as documentClient } from "./dynamo.ts";
import type { Envelope } from "./event.ts";

/** A row of a read model remembers how far it has followed each aggregate it is made of. */
export type Row = Record<string, unknown>;

/** The attribute that holds the last version seen of an aggregate of this type. */
export const seenAttribute = (aggregateType: string) => `seen_${aggregateType}`;

/** An event came before the one it follows. It is tried again later, and parked if the one before never comes. */
export class Gap extends Error {
  override name = "Gap";
}

/** What an event changes in a row: attributes to set, and list attributes to append to. */
export type RowChange = {
  TableName: string;
  Key: Record<string, string>;
  set: Record<string, unknown>;
  append: Record<string, unknown>;
};

/**
 * Brings a row up to one event of an aggregate: a single update on the condition that the row has seen exactly the
 * version before. A repeated event changes nothing and answers "old"; one that came too early throws Gap.
 */
export const updateInTurn = async (
  client: typeof documentClient,
  { aggregate, type }: Pick<Envelope, "aggregate" | "type">,
  { TableName, Key, set, append }: RowChange,
): Promise<"applied" | "old"> => {
  const seen = seenAttribute(aggregate.type);
  const entries = Object.entries({ ...set, [seen]: aggregate.version }).filter(
    ([, value]) => value !== undefined,
  );
  const lists = Object.entries(append);
  const names = [...entries, ...lists].map(([name]) => name);
  try {
    await client.send(
      new UpdateCommand({
        TableName,
        Key,
        UpdateExpression: `SET ${[
          ...entries.map(([name]) => `#${name} = :${name}`),
          ...lists.map(
            ([name]) => `#${name} = list_append(if_not_exists(#${name}, :none), :${name})`,
          ),
        ].join(", ")}`,
        ConditionExpression:
          aggregate.version === 1 ? `attribute_not_exists(#${seen})` : `#${seen} = :before`,
        ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
        ExpressionAttributeValues: {
          ...Object.fromEntries(entries.map(([name, value]) => [`:${name}`, value])),
          ...Object.fromEntries(lists.map(([name, value]) => [`:${name}`, [value]])),
          ...(lists.length > 0 && { ":none": [] }),
          ...(aggregate.version > 1 && { ":before": aggregate.version - 1 }),
        },
        ReturnValuesOnConditionCheckFailure: "ALL_OLD",
      }),
    );
    return "applied";
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    const at = Number(error.Item?.[seen]?.N ?? 0);
    if (at >= aggregate.version) return "old";
    throw new Gap(
      `${aggregate.id}: ${type} is number ${aggregate.version}, but ${at} was the last`,
    );
  }
};
