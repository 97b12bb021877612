import { type AttributeValue, ScanCommand } from "@aws-sdk/client-dynamodb";
import { InvokeCommand } from "@aws-sdk/client-lambda";
import type { Clients } from "./clients.ts";
import type { Outcome } from "./letters.ts";

type Row = Record<string, AttributeValue>;

/** As many rows as the relay's stream would bring at once. */
const BATCH = 100;
/** A row's time is the writer's clock's, its arrival the stream's. */
const CLOCKS_DIFFER_MS = 5_000;

const timeOf = (row: Row) => Date.parse(row.envelope?.M?.time?.S ?? "");
const placeOf = (row: Row) => `${row.pk?.S} ${row.sk?.S}`;

/** Rows as a stream has them. */
const recordsOf = (rows: readonly Row[], streamArn: string) =>
  rows.map((row, i) => ({
    eventName: "INSERT",
    eventSource: "aws:dynamodb",
    eventSourceARN: streamArn,
    dynamodb: {
      Keys: { pk: row.pk, sk: row.sk },
      NewImage: row,
      SequenceNumber: String(i + 1),
      StreamViewType: "NEW_IMAGE",
    },
  }));

/**
 * Publishes the rows of an outbox that were written until then, each aggregate's in their order: the relay gets them as its
 * stream would bring them, for the stream itself forgets after a day. A row that exists is not yet published.
 */
export const handToRelay = async (
  { dynamodb, lambda }: Clients,
  {
    table,
    relay,
    streamArn,
    until,
  }: { table: string; relay: string; streamArn: string; until: unknown },
): Promise<Outcome> => {
  const then = Date.parse(String(until)) + CLOCKS_DIFFER_MS;
  const rows: Row[] = [];
  let ExclusiveStartKey: Row | undefined;
  do {
    const page = await dynamodb.send(
      new ScanCommand({ TableName: table, ConsistentRead: true, ExclusiveStartKey }),
    );
    rows.push(...(page.Items ?? []).filter((row) => !(timeOf(row) > then)));
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey);
  if (rows.length === 0)
    return { done: true, how: "nothing to do: its rows are published, as the sweeper does" };

  // A scan brings the rows of one aggregate together and in their order.
  for (let from = 0; from < rows.length; from += BATCH) {
    const Records = recordsOf(rows.slice(from, from + BATCH), streamArn);
    const { FunctionError, Payload } = await lambda.send(
      new InvokeCommand({ FunctionName: relay, Payload: Buffer.from(JSON.stringify({ Records })) }),
    );
    const answer = JSON.parse(Buffer.from(Payload ?? []).toString() || "{}");
    if (FunctionError) return { done: false, why: `The relay fails: ${answer.errorMessage}.` };
    const [refused] = answer.batchItemFailures ?? [];
    if (refused) {
      const row = rows[from + Number(refused.itemIdentifier) - 1] as Row;
      return { done: false, why: `The relay could not publish ${placeOf(row)}: see its log.` };
    }
  }
  return { done: true, how: `${rows.length} published` };
};
