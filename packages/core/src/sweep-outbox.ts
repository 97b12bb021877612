import { ScanCommand } from "@aws-sdk/lib-dynamodb";
import { client } from "./dynamo.ts";
import type { OutboxRow } from "./outbox.ts";
import { type Outbox, publishRows, readRows } from "./publish-rows.ts";
import { sweep } from "./sweep.ts";
import { hasTime, type TimeLeft } from "./time-left.ts";

const PATIENCE_MS = 5 * 60_000;

/** The rows that were written before then, each aggregate's together and in their order. */
async function* oldRows(outbox: Outbox, then: string) {
  let ExclusiveStartKey: Record<string, unknown> | undefined;
  do {
    const page = await client.send(
      new ScanCommand({ TableName: outbox.table, ConsistentRead: true, ExclusiveStartKey }),
    );
    const rows = await readRows(outbox, (page.Items ?? []) as OutboxRow[]);
    const old = rows
      .filter(({ envelope }) => envelope.time <= then)
      .sort((a, b) => a.envelope.aggregate.version - b.envelope.aggregate.version);
    yield [...Map.groupBy(old, ({ pk }) => pk).values()];
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey);
}

/**
 * A scheduled Lambda that publishes what the relay left behind for five minutes: the stream forgets after 24 hours, the
 * table does not. The scan is cheap, for published rows are gone. What the bus does not take holds up its own aggregate only.
 */
export const sweepOutbox = (outbox: Outbox) => (_: unknown, time: TimeLeft) => {
  const then = new Date(Date.now() - PATIENCE_MS).toISOString();
  const held = new Set<string>();
  const tell = async (rows: readonly OutboxRow[]) => {
    const [{ pk }] = rows as [OutboxRow];
    if (held.has(pk)) return; // its older rows, on an earlier page, were not taken
    const [left] = await publishRows(outbox, rows, time);
    if (!left || !hasTime(time)) return;
    held.add(pk);
    throw new Error(`The bus does not take ${left.pk} ${left.sk}`);
  };
  return sweep(oldRows(outbox, then), tell, time);
};
