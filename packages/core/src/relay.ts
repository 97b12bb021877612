import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { BatchWriteCommand } from "@aws-sdk/lib-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from "aws-lambda";
import { BUS_BATCH, publish } from "./bus.ts";
import { client } from "./dynamo.ts";
import { describeError, log } from "./log.ts";
import { isOutboxRow, type OutboxRow } from "./outbox.ts";
import { park } from "./park.ts";

/** An outbox and its surroundings: the bus for what it holds, and a queue for what is no event. */
export type Outbox = { bus: string; table: string; failures: string };

const forget = async (table: string, rows: readonly { pk: string; sk: string }[]) => {
  const deletes = rows.map(({ pk, sk }) => ({ DeleteRequest: { Key: { pk, sk } } }));
  if (deletes.length > 0)
    await client.send(new BatchWriteCommand({ RequestItems: { [table]: deletes } }));
};

/** The rows that are events, in their order. Another row never will be one: it is parked, out of the others' way. */
export const readRows = async <Row extends OutboxRow>(
  { table, failures }: Outbox,
  rows: readonly Row[],
): Promise<Row[]> => {
  for (const row of rows.filter((one) => !isOutboxRow(one))) {
    await park(failures, JSON.stringify(row), `A row of ${table} that is no event`);
    await forget(table, [row]);
  }
  return rows.filter(isOutboxRow);
};

/**
 * Publishes outbox rows in their order and deletes each that the bus took. Stops after the ten in which it did
 * not take one and answers the first such row; undefined when all were published.
 */
export const publishRows = async <Row extends OutboxRow>(
  { bus, table }: Outbox,
  rows: readonly Row[],
): Promise<Row | undefined> => {
  for (let from = 0; from < rows.length; from += BUS_BATCH) {
    const batch = rows.slice(from, from + BUS_BATCH);
    const refused = await publish(
      bus,
      batch.map(({ envelope }) => envelope),
    );
    // A row that stays although its event went out is only published again: consumers skip what they have seen.
    await forget(
      table,
      batch.filter((_, i) => !refused.has(i)),
    );
    const first = batch.find((_, i) => refused.has(i));
    if (first) return first;
  }
  return undefined;
};

/** A Lambda on an outbox table's stream. It reports the first row that failed; Lambda brings that one and all later ones again. */
export const relay =
  (outbox: Outbox) =>
  async ({ Records }: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> => {
    const records = Records.map(({ dynamodb }) => ({
      ...(unmarshall(dynamodb?.NewImage as Record<string, AttributeValue>) as OutboxRow),
      place: dynamodb?.SequenceNumber as string,
    }));
    let failed = records[0];
    try {
      failed = await publishRows(outbox, await readRows(outbox, records));
    } catch (error) {
      log("outbox: not published", describeError(error));
    }
    return { batchItemFailures: failed ? [{ itemIdentifier: failed.place }] : [] };
  };
