import { ScanCommand } from "@aws-sdk/lib-dynamodb";
import { client } from "./dynamo.ts";
import { log } from "./log.ts";
import type { OutboxRow } from "./outbox.ts";
import { type Outbox, publishRows, readRows } from "./relay.ts";

const PATIENCE_MS = 5 * 60_000;

/**
 * A scheduled Lambda that publishes what the relay left behind for five minutes: the stream forgets after
 * 24 hours, the table does not. The scan is cheap, for published rows are gone.
 */
export const sweepOutbox =
  (outbox: Outbox) => async (): Promise<{ published: number; left: number }> => {
    const { table } = outbox;
    const before = new Date(Date.now() - PATIENCE_MS).toISOString();
    let [published, left] = [0, 0];
    let ExclusiveStartKey: Record<string, unknown> | undefined;
    do {
      const page = await client.send(
        new ScanCommand({ TableName: table, ConsistentRead: true, ExclusiveStartKey }),
      );
      const rows = await readRows(outbox, (page.Items ?? []) as OutboxRow[]);
      const old = rows
        .filter(({ envelope }) => envelope.time <= before)
        .sort((a, b) => a.envelope.aggregate.version - b.envelope.aggregate.version);
      const failed = await publishRows(outbox, old);
      const told = failed ? old.indexOf(failed) : old.length;
      published += told;
      left += old.length - told;
      ExclusiveStartKey = page.LastEvaluatedKey;
    } while (ExclusiveStartKey);
    if (published + left > 0) log("outbox: swept", { table, published, left });
    return { published, left };
  };
