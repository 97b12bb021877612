import { GetCommand, PutCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import { client } from "@petstore/core/dynamo";
import { Resource } from "sst";
import { type DailySales, type SaleLine, sumUp } from "../domain/sales.ts";

const table = Resource.ReadTable.name;
const partition = (day: string) => `SALES#${day}`;
const reportKey = (day: string) => ({ pk: `REPORT#${day}`, sk: "SALES" });

/** Writes a sale line; once more is the same line. */
export const saveSaleLine = ({ day, id, ...line }: SaleLine) =>
  client.send(new PutCommand({ TableName: table, Item: { pk: partition(day), sk: id, ...line } }));

/** Sums up a day from its lines. */
export const salesOf = async (day: string): Promise<DailySales> => {
  const lines: Omit<SaleLine, "day" | "id">[] = [];
  let ExclusiveStartKey: Record<string, unknown> | undefined;
  do {
    const page = await client.send(
      new QueryCommand({
        TableName: table,
        KeyConditionExpression: "pk = :day",
        ExpressionAttributeValues: { ":day": partition(day) },
        ExclusiveStartKey,
      }),
    );
    lines.push(...((page.Items ?? []) as typeof lines));
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey);
  return sumUp(day, lines);
};

/** Keeps a day's sum, so that it need not be summed up again. */
export const saveReport = async (day: string): Promise<DailySales> => {
  const report = await salesOf(day);
  await client.send(new PutCommand({ TableName: table, Item: { ...reportKey(day), report } }));
  return report;
};

/** The sum that was kept of a day, if any. */
export const findReport = async (day: string): Promise<DailySales | undefined> => {
  const { Item } = await client.send(new GetCommand({ TableName: table, Key: reportKey(day) }));
  return Item?.report;
};
