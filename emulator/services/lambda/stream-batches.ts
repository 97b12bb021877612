import { uuid } from "../../kernel/uuid.ts";
import { sendToDestination } from "./destinations.ts";
import type { Outcome } from "./function.ts";
import { type Batch, bornAt, type Lane, sequenceOf } from "./lanes.ts";
import { failuresIn } from "./mapping.ts";
import type { PollerHost } from "./poller.ts";

/** A stream keeps its records for a day; what is older cannot be read again. */
const retention = 24 * 3600_000;

/** What becomes of a stream's batch that is too old, that failed in part, or that is given up. */
export const streamBatches = ({
  world,
  settings,
  caller,
  functionArn,
}: Pick<PollerHost, "world" | "settings" | "caller"> & { functionArn: () => string }) => {
  const { clock, note } = world;
  const source = settings().EventSourceArn;
  const named = () => ({ source, function: caller().name });

  /** Gives records up, and tells the mapping's destination where they were. */
  const drop = async (lane: Lane, batch: Batch, condition: string, functionError?: string) => {
    const { records, attempts } = batch;
    const [first, last] = [records[0], records.at(-1)];
    const arn = settings().DestinationConfig?.OnFailure?.Destination;
    const count = records.length;
    note({ kind: "records-dropped", ...named(), condition, count, ...(arn && { queue: arn }) });
    if (!arn || !first || !last) return;
    const time = (ms: number) => new Date(ms).toISOString();
    await sendToDestination(world, {
      arn,
      caller: caller(),
      body: JSON.stringify({
        requestContext: {
          requestId: uuid(clock, `lambda drop ${source}`),
          functionArn: functionArn(),
          condition,
          approximateInvokeCount: attempts,
        },
        responseContext: {
          statusCode: 200,
          executedVersion: "$LATEST",
          functionError: functionError ?? null,
        },
        version: "1.0",
        timestamp: time(clock.now()),
        DDBStreamBatchInfo: {
          shardId: lane.shard.id,
          startSequenceNumber: sequenceOf(first),
          endSequenceNumber: sequenceOf(last),
          approximateArrivalOfFirstRecord: time(bornAt(first)),
          approximateArrivalOfLastRecord: time(bornAt(last)),
          batchSize: records.length,
          streamArn: source,
        },
      }),
    });
  };

  /** Takes what is too old out of a batch: by the mapping's limit it is dropped, by the stream's it is lost. */
  const withoutOld = async (lane: Lane, batch: Batch): Promise<Batch | undefined> => {
    const limit = (settings().MaximumRecordAgeInSeconds ?? -1) * 1000;
    const oldest = limit > 0 ? limit : retention;
    const now = clock.now();
    const old = batch.records.filter((record) => now - bornAt(record) > oldest);
    if (old.length === 0) return batch;
    if (limit > 0) await drop(lane, { ...batch, records: old }, "RecordAgeExceeded", "Unhandled");
    else note({ kind: "records-lost", ...named(), count: old.length });
    const records = batch.records.filter((record) => now - bornAt(record) <= oldest);
    return records.length > 0 ? { ...batch, records } : undefined;
  };

  /** What of a batch remains to be done after a try: nothing when it is done. */
  const remainderOf = (batch: Batch, outcome: Outcome): Batch[] => {
    const { records } = batch;
    const bisect = settings().BisectBatchOnFunctionError ?? false;
    let from = 0;
    if (outcome.ok) {
      const ids = records.map(sequenceOf);
      const failed = failuresIn(settings(), ids, outcome.result);
      if (failed !== "all") {
        if (failed.size === 0) return [];
        // The checkpoint is the lowest number that failed: what comes after it is given again, too.
        from = ids.findIndex((id) => failed.has(id));
      }
    }
    const left = records.slice(from);
    const attempts = batch.attempts + 1;
    if (!bisect || left.length === 1) return [{ records: left, attempts }];
    // Splitting a batch does not count as a retry.
    if (from > 0) return [{ records: left, attempts: batch.attempts }];
    const middle = Math.ceil(left.length / 2);
    return [left.slice(0, middle), left.slice(middle)].map((half) => ({
      records: half,
      attempts: batch.attempts,
    }));
  };

  return { drop, withoutOld, remainderOf };
};
