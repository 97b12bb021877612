import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import type { client as documentClient } from "./dynamo.ts";
import type { Envelope } from "./event.ts";
import { written } from "./written.ts";

/** An event's place in the history of its aggregate, as a row of a read model remembers it. */
export const placeOf = ({ aggregate }: Pick<Envelope, "aggregate">): string =>
  `${aggregate.type}#${aggregate.version}`;

/** What an event changes in a row: attributes to set, and list attributes to append to. */
export type RowChange = {
  TableName: string;
  Key: Record<string, string>;
  set: Record<string, unknown>;
  append: Record<string, unknown>;
};

/**
 * Applies an event to a row of a read model once, however often it comes: the change and the note that it was seen are one
 * conditional update, without a read. Events may come in any order, so two of them must not set the same attribute.
 */
export const applyOnce = async (
  client: typeof documentClient,
  event: Pick<Envelope, "aggregate">,
  { TableName, Key, set, append }: RowChange,
): Promise<"applied" | "seen"> => {
  const sets = Object.entries(set).filter(([, value]) => value !== undefined);
  const lists = Object.entries(append);
  const names = ["seen", ...[...sets, ...lists].map(([name]) => name)];
  const assignments = [
    ...sets.map(([name]) => `#${name} = :${name}`),
    ...lists.map(([name]) => `#${name} = list_append(if_not_exists(#${name}, :none), :${name})`),
  ];
  const isNew = await written(
    client.send(
      new UpdateCommand({
        TableName,
        Key,
        UpdateExpression: `SET ${assignments.join(", ")} ADD #seen :seen`,
        ConditionExpression: "NOT contains(#seen, :place)",
        ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
        ExpressionAttributeValues: {
          ...Object.fromEntries(sets.map(([name, value]) => [`:${name}`, value])),
          ...Object.fromEntries(lists.map(([name, value]) => [`:${name}`, [value]])),
          ":none": [],
          ":seen": new Set([placeOf(event)]),
          ":place": placeOf(event),
        },
      }),
    ),
  );
  return isNew ? "applied" : "seen";
};
