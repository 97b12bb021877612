import { GetCommand, PutCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import { client } from "@petstore/core/dynamo";
import { Resource } from "sst";
import { type DailySales, type SaleLine, sumUp } from "../domain/sales.ts";

const DAY_MS = 24 * 3600_000;
const table = Resource.ReadTable.name;
const partition = (day: string) => `SALES#${day}`;
const reportKey = (day: string) => ({ pk: `REPORT#${day}`, sk: "SALES BY CURRENCY" });

const touched = (day: string) => `TOUCHED#${day}`;

/** The day, UTC's, so many days before a moment in milliseconds since 1970. */
export const daysBefore = (now: number, days: number): string =>
  new Date(now - days * DAY_MS).toISOString().slice(0, 10);

/**
 * Writes a sale line; once more is the same line. One that comes too late for the nightly report of its day leaves a note of
 * it under today's date, so that the next one sums that day up again.
 */
export const saveSaleLine = async ({ day, id, ...line }: SaleLine): Promise<void> => {
  await put({ pk: partition(day), sk: id, ...line });
  const now = Date.now();
  if (day < daysBefore(now, 1)) await put({ pk: touched(daysBefore(now, 0)), sk: day });
};

/** The days that got lines on this day, too late for their own report. */
export const daysTouchedOn = async (day: string): Promise<string[]> =>
  (await rowsOf(touched(day))).map(({ sk }) => String(sk));

const put = (Item: Record<string, unknown>) =>
  client.send(new PutCommand({ TableName: table, Item }));

const rowsOf = async (pk: string) => {
  const rows: Record<string, unknown>[] = [];
  let ExclusiveStartKey: Record<string, unknown> | undefined;
  do {
    const page = await client.send(
      new QueryCommand({
        TableName: table,
        KeyConditionExpression: "pk = :pk",
        ExpressionAttributeValues: { ":pk": pk },
        ExclusiveStartKey,
      }),
    );
    rows.push(...(page.Items ?? []));
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey);
  return rows;
};

/** Sums up a day from its lines. */
export const salesOf = async (day: string): Promise<DailySales> =>
  sumUp(day, (await rowsOf(partition(day))) as Omit<SaleLine, "day" | "id">[]);

/** Keeps a day's sum, so that it need not be summed up again. */
export const saveReport = async (day: string): Promise<DailySales> => {
  const report = await salesOf(day);
  await put({ ...reportKey(day), report });
  return report;
};

/** The sum that was kept of a day, or what its lines add up to where none was kept yet. */
export const reportOf = async (day: string): Promise<DailySales> => {
  const { Item } = await client.send(new GetCommand({ TableName: table, Key: reportKey(day) }));
  return Item ? (Item.report as DailySales) : salesOf(day);
};
