import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { BatchWriteCommand } from "@aws-sdk/lib-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from "aws-lambda";
import { BUS_BATCH, publish } from "./bus.ts";
import { client } from "./dynamo.ts";
import type { Envelope } from "./event.ts";
import { describeError, log } from "./log.ts";
import { outboxKey } from "./outbox.ts";

const forget = async (table: string, events: readonly Envelope[]): Promise<void> => {
  const deletes = events.map((event) => ({ DeleteRequest: { Key: outboxKey(event) } }));
  if (deletes.length > 0)
    await client.send(new BatchWriteCommand({ RequestItems: { [table]: deletes } }));
};

/**
 * Publishes outbox rows in their order and deletes each that the bus took. Stops at the first one that it did
 * not take and answers its index, so that nothing overtakes it; undefined when all were published.
 */
export const publishRows = async (
  bus: string,
  table: string,
  events: readonly Envelope[],
): Promise<number | undefined> => {
  for (let from = 0; from < events.length; from += BUS_BATCH) {
    const batch = events.slice(from, from + BUS_BATCH);
    const refused = await publish(bus, batch);
    const first = batch.keys().find((i) => refused.has(i));
    // A row that stays although its event went out is only published again: consumers skip what they have seen.
    await forget(
      table,
      batch.filter((_, i) => !refused.has(i)),
    );
    if (first !== undefined) return from + first;
  }
  return undefined;
};

/** A Lambda on an outbox table's stream. It reports the first row that failed; Lambda brings that one and all later ones again. */
export const relay =
  ({ bus, table }: { bus: string; table: string }) =>
  async ({ Records }: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> => {
    const events = Records.map(
      ({ dynamodb }) =>
        unmarshall(dynamodb?.NewImage as Record<string, AttributeValue>).envelope as Envelope,
    );
    let failed: number | undefined;
    try {
      failed = await publishRows(bus, table, events);
    } catch (error) {
      log("outbox: not published", describeError(error));
      failed = 0;
    }
    const itemIdentifier =
      failed === undefined ? undefined : Records[failed]?.dynamodb?.SequenceNumber;
    return { batchItemFailures: itemIdentifier ? [{ itemIdentifier }] : [] };
  };
