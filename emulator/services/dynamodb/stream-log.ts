import { itemOf, type Row } from "./rows.ts";
import type { Store, Stream } from "./store.ts";
import { entryOf, keysIn, sequenceNumberOf } from "./stream-records.ts";

/** How long a record, and a stream that was closed, can be read, in milliseconds. */
export const retention = 24 * 3600_000;

/** A stream that has too many records forgets a tenth of them at once. */
const tenth = 0.1;

/** The position of the oldest record that may still be read: those of the last 24 hours. */
export const horizonOf = ({ records, first }: Stream, now: number) => {
  let low = 0;
  let high = records.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((records[middle]?.at as number) < now - retention) low = middle + 1;
    else high = middle;
  }
  return first + low;
};

/** Forgets records below a position; the newest stays. */
const trimTo = ({ changed }: Store, stream: Stream, position: number) => {
  const count = Math.min(position - stream.first, stream.records.length - 1);
  if (count <= 0) return;
  stream.records.splice(0, count);
  for (let i = 0; i < count; i++) changed.record(stream.arn, stream.first++);
};

/** Forgets the records that nobody can read any more; the newest stays. */
export const forgetOldRecords = (store: Store) => {
  const now = store.world.clock.now();
  for (const stream of store.streams.values()) trimTo(store, stream, horizonOf(stream, now));
};

/** Of the records that a stream keeps at most, the part that those may be which somebody has read already. */
const readPart = 0.4;

/** AWS has no such bound: a busy process would otherwise keep a day's records. What nobody has read is lost, and said. */
const trimToBound = (store: Store, stream: Stream) => {
  const { mostRecords, world, read } = store;
  const next = stream.first + stream.records.length;
  const seen = Math.max(stream.first, read.get(stream.arn) ?? 0);
  const kept = Math.max(Math.floor(mostRecords * readPart), Math.min(mostRecords, next - seen));
  if (stream.records.length <= kept * (1 + tenth)) return;
  const position = next - kept;
  const unread = position - seen;
  trimTo(store, stream, position);
  if (unread > 0)
    world.note({ kind: "stream.trimmed", source: stream.arn, count: unread, most: mostRecords });
};

/** Forgets streams that were closed a day ago. */
export const forgetClosed = ({ streams, changed, read, world }: Store) => {
  for (const [arn, { closedAt, first, records }] of streams) {
    if (closedAt === undefined || world.clock.now() - closedAt <= retention) continue;
    streams.delete(arn);
    read.delete(arn);
    changed.stream(arn);
    records.forEach((_, i) => {
      changed.record(arn, first + i);
    });
  }
};

/** Appends the record of a change to a stream. `expired` marks what TTL deleted, `cause` is the change in the trace. */
export const appendRecord = (
  store: Store,
  stream: Stream,
  before: Row | undefined,
  after: Row | undefined,
  expired: boolean,
  cause: number,
) => {
  const { clock, trace } = store.world;
  const position = stream.first + stream.records.length;
  const entry = entryOf(stream, clock.now(), before, after, expired);
  stream.records.push(entry);
  const { arn, table } = stream;
  const sequenceNumber = sequenceNumberOf(position);
  const { seq } = trace.write({
    kind: "stream.record",
    cause,
    source: arn,
    table,
    sequenceNumber,
    eventName: entry.event,
    key: keysIn(stream.keys, itemOf((after ?? before) as Row)),
  });
  trace.mark(`${arn} ${sequenceNumber}`, seq);
  store.changed.record(stream.arn, position);
  trimToBound(store, stream);
  store.onFading();
};
