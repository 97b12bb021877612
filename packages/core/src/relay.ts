import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from "aws-lambda";
import { describeError, log } from "./log.ts";
import type { OutboxRow } from "./outbox.ts";
import { type Outbox, publishRows, readRows } from "./publish-rows.ts";
import type { TimeLeft } from "./time-left.ts";

/**
 * A Lambda on an outbox table's stream. It reports the first row that is not published; Lambda brings that one and all later
 * ones again, those that were published among them: consumers skip what they have seen.
 */
export const relay =
  (outbox: Outbox) =>
  async ({ Records }: DynamoDBStreamEvent, time: TimeLeft): Promise<DynamoDBBatchResponse> => {
    const rows = Records.map(({ dynamodb }) => ({
      ...(unmarshall(dynamodb?.NewImage as Record<string, AttributeValue>) as OutboxRow),
      place: dynamodb?.SequenceNumber as string,
    }));
    const report = (row?: { place: string }) => ({
      batchItemFailures: row ? [{ itemIdentifier: row.place }] : [],
    });
    try {
      const [left] = await publishRows(outbox, await readRows(outbox, rows), time);
      return report(left);
    } catch (error) {
      log("outbox: not read", describeError(error));
      return report(rows[0]);
    }
  };
