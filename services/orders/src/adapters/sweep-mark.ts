import { GetCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { client } from "@petstore/core/dynamo";
import { Resource } from "sst";

const key = (of: string) => ({ pk: `SWEEP#${of}`, sk: "MARK" });

/** How far a sweep has come: all before `until` is done (without it, the next run begins anew), and `again` is to be tried again. */
export type Mark = { until?: string | undefined; again: string[] };

/** The mark that the last run of a sweep left. */
export const readMark = async (of: string): Promise<Mark> => {
  const { Item } = await client.send(
    new GetCommand({ TableName: Resource.OrdersTable.name, Key: key(of), ConsistentRead: true }),
  );
  return { until: Item?.until ?? undefined, again: Item?.again ?? [] };
};

/** Leaves a mark for the next run. */
export const leaveMark = async (of: string, { until, again }: Mark): Promise<void> => {
  await client.send(
    new UpdateCommand({
      TableName: Resource.OrdersTable.name,
      Key: key(of),
      UpdateExpression: "SET #until = :until, #again = :again",
      ExpressionAttributeNames: { "#until": "until", "#again": "again" },
      ExpressionAttributeValues: { ":until": until ?? null, ":again": again },
    }),
  );
};
