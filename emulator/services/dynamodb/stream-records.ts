import { fnv1a } from "../../kernel/hash.ts";
import { checkAttributeName, copyItem, type Item, sizeOfValue } from "./items.ts";
import type { KeyPart } from "./keys.ts";
import { glanceAt, hold, itemOf, type Row, rowOf } from "./rows.ts";
import type { Stream, StreamEntry, StreamRecord } from "./store.ts";

/** Sequence numbers ascend, are the same in every run, and have AWS's 21 digits and more. */
export const sequenceNumberOf = (position: number) => `1${String(position + 1).padStart(20, "0")}`;

const identityOf = (arn: string, position: number): string =>
  fnv1a(arn).toString(16).padStart(8, "0") + position.toString(16).padStart(24, "0");

/** The key of an item. */
export const keysIn = (keys: KeyPart[], item: Item): Item =>
  Object.fromEntries(keys.map(({ name }) => [name, item[name] as Item[string]]));

/** What a stream has of a change: of its images those that the stream shows, which it shares with the table. */
export const entryOf = (
  stream: Stream,
  at: number,
  before: Row | undefined,
  after: Row | undefined,
  expired: boolean,
): StreamEntry => {
  const { view } = stream;
  const fresh = view === "NEW_IMAGE" || view === "NEW_AND_OLD_IMAGES" ? after : undefined;
  const old = view === "OLD_IMAGE" || view === "NEW_AND_OLD_IMAGES" ? before : undefined;
  const keys = keysIn(stream.keys, itemOf((after ?? before) as Row));
  let size = (fresh?.size ?? 0) + (old?.size ?? 0);
  for (const name in keys)
    size += checkAttributeName(name) + sizeOfValue(keys[name] as Item[string]);
  const key = fresh || old ? undefined : rowOf(keys);
  for (const row of [fresh, old, key]) if (row) hold(row);
  return {
    at,
    event: !before ? "INSERT" : after ? "MODIFY" : "REMOVE",
    size,
    expired,
    fresh,
    old,
    key,
  };
};

/** The record at a position of a stream as GetRecords answers it. Whoever gets it may change it. */
export const recordOf = (
  stream: Stream,
  position: number,
  region: string,
  { at, event, size, expired, fresh, old, key }: StreamEntry,
): StreamRecord => {
  const [NewImage, OldImage] = [fresh, old].map((row) => row && copyItem(itemOf(row)));
  const source = itemOf((fresh ?? old ?? key) as Row);
  return {
    eventID: identityOf(stream.arn, position),
    eventName: event,
    eventVersion: "1.1",
    eventSource: "aws:dynamodb",
    awsRegion: region,
    dynamodb: {
      ApproximateCreationDateTime: Math.floor(at / 1000),
      Keys: copyItem(keysIn(stream.keys, source)),
      ...(NewImage && { NewImage }),
      ...(OldImage && { OldImage }),
      SequenceNumber: sequenceNumberOf(position),
      SizeBytes: size,
      StreamViewType: stream.view,
    },
    ...(expired && { userIdentity: { PrincipalId: "dynamodb.amazonaws.com", Type: "Service" } }),
  };
};

/** An entry as a journal has it. */
type Plain = Pick<StreamEntry, "at" | "event" | "size"> & {
  expired?: true;
  fresh?: Item;
  old?: Item;
  key?: Item;
};

/** The entry as plain JSON. */
export const plainEntry = ({ at, event, size, expired, fresh, old, key }: StreamEntry): Plain => ({
  at,
  event,
  size,
  ...(expired && { expired }),
  ...(fresh && { fresh: glanceAt(fresh) }),
  ...(old && { old: glanceAt(old) }),
  ...(key && { key: glanceAt(key) }),
});

/** The entry that a journal has. */
export const entryFrom = ({ fresh, old, key, ...plain }: Plain): StreamEntry => ({
  at: plain.at,
  event: plain.event,
  size: plain.size,
  expired: plain.expired === true,
  fresh: fresh && rowOf(fresh),
  old: old && rowOf(old),
  key: key && rowOf(key),
});
