import { ScanCommand } from "@aws-sdk/lib-dynamodb";
import { client } from "./dynamo.ts";
import type { Envelope } from "./event.ts";
import { log } from "./log.ts";
import { publishRows } from "./relay.ts";

const PATIENCE_MS = 5 * 60_000;

/**
 * A scheduled Lambda that publishes what the relay left behind for five minutes: the stream forgets after
 * 24 hours, the table does not. The scan is cheap, for published rows are gone.
 */
export const sweepOutbox =
  ({ bus, table }: { bus: string; table: string }) =>
  async (): Promise<{ published: number; left: number }> => {
    const before = new Date(Date.now() - PATIENCE_MS).toISOString();
    let [published, left] = [0, 0];
    let ExclusiveStartKey: Record<string, unknown> | undefined;
    do {
      const page = await client.send(
        new ScanCommand({ TableName: table, ConsistentRead: true, ExclusiveStartKey }),
      );
      const old = (page.Items ?? [])
        .map(({ envelope }) => envelope as Envelope)
        .filter(({ time }) => time <= before)
        .sort((a, b) => a.aggregate.version - b.aggregate.version);
      const failed = await publishRows(bus, table, old);
      published += failed ?? old.length;
      left += old.length - (failed ?? old.length);
      ExclusiveStartKey = page.LastEvaluatedKey;
    } while (ExclusiveStartKey);
    if (published + left > 0) log("outbox: swept", { table, published, left });
    return { published, left };
  };
