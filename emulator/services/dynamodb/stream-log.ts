import { fnv1a } from "../../kernel/hash.ts";
import { type Item, type Row, rowOf } from "./items.ts";
import type { Store, Stream } from "./store.ts";

/** How long a record, and a stream that was closed, can be read, in milliseconds. */
const retention = 24 * 3600_000;

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

/** Forgets what nobody can read any more, an hour's worth at a time. The newest record stays. */
const trim = ({ changed }: Store, stream: Stream, now: number) => {
  if ((stream.records[0]?.at ?? now) > now - retention - 3600_000) return;
  const horizon = horizonOf(stream, now);
  stream.records.splice(0, horizon - stream.first);
  while (stream.first < horizon) changed.record(stream.arn, stream.first++);
};

/** Forgets streams that were closed a day ago. */
export const forgetClosed = ({ streams, changed, world }: Store) => {
  for (const [arn, { closedAt, first, records }] of streams) {
    if (closedAt === undefined || world.clock.now() - closedAt <= retention) continue;
    streams.delete(arn);
    changed.stream(arn);
    records.forEach((_, i) => {
      changed.record(arn, first + i);
    });
  }
};

/** Sequence numbers ascend, are the same in every run, and have AWS's 21 digits and more. */
export const sequenceNumberOf = (position: number) => `1${String(position + 1).padStart(20, "0")}`;

const identityOf = (arn: string, position: number): string =>
  fnv1a(arn).toString(16).padStart(8, "0") + position.toString(16).padStart(24, "0");

/** Appends the record of a change to a stream. `expired` marks what TTL deleted. */
export const appendRecord = (
  store: Store,
  stream: Stream,
  before: Row | undefined,
  after: Row | undefined,
  expired: boolean,
) => {
  const { world, changed } = store;
  const now = world.clock.now();
  const position = stream.first + stream.records.length;
  const source = (after ?? before)?.item as Item;
  const Keys = Object.fromEntries(
    stream.keys.map(({ name }) => [name, source[name] as Item[string]]),
  );
  const showsNew = stream.view === "NEW_IMAGE" || stream.view === "NEW_AND_OLD_IMAGES";
  const showsOld = stream.view === "OLD_IMAGE" || stream.view === "NEW_AND_OLD_IMAGES";
  stream.records.push({
    at: now,
    record: {
      eventID: identityOf(stream.arn, position),
      eventName: !before ? "INSERT" : after ? "MODIFY" : "REMOVE",
      eventVersion: "1.1",
      eventSource: "aws:dynamodb",
      awsRegion: world.region,
      dynamodb: {
        ApproximateCreationDateTime: Math.floor(now / 1000),
        Keys,
        ...(showsNew && after && { NewImage: after.item }),
        ...(showsOld && before && { OldImage: before.item }),
        SequenceNumber: sequenceNumberOf(position),
        SizeBytes:
          rowOf(Keys).size +
          (showsNew ? (after?.size ?? 0) : 0) +
          (showsOld ? (before?.size ?? 0) : 0),
        StreamViewType: stream.view,
      },
      ...(expired && {
        userIdentity: { PrincipalId: "dynamodb.amazonaws.com", Type: "Service" },
      }),
    },
  });
  changed.record(stream.arn, position);
  trim(store, stream, now);
};
