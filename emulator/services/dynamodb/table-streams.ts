import { invalidParameter } from "./errors.ts";
import { arnOf, type Store, type TableSettings } from "./store.ts";
import type { StreamSpecification } from "./table-requests.ts";

/** AWS's label of a new stream: the moment, to the millisecond. Two in one moment get different labels. */
const freshLabel = (store: Store, table: string) => {
  for (let moment = store.world.clock.now(); ; moment += 1) {
    const label = new Date(moment).toISOString().slice(0, 23);
    if (!store.streams.has(`${arnOf(store, table)}/stream/${label}`)) return label;
  }
};

/** Opens a stream on the table. Answers the settings that say so. */
export const openStream = (
  store: Store,
  settings: TableSettings,
  { StreamViewType }: StreamSpecification,
  label = freshLabel(store, settings.name),
): TableSettings => {
  if (!StreamViewType)
    throw invalidParameter(
      "StreamViewType must be specified when StreamEnabled is true in StreamSpecification",
    );
  const arn = `${arnOf(store, settings.name)}/stream/${label}`;
  store.streams.set(arn, {
    arn,
    label,
    table: settings.name,
    view: StreamViewType,
    keys: settings.keys,
    createdAt: store.world.clock.now() / 1000,
    first: 0,
    records: [],
  });
  store.changed.stream(arn);
  return { ...settings, streamArn: arn, streaming: true };
};

/** Closes the table's stream, if it has one: it can be read for another day. */
export const closeStream = (store: Store, settings: TableSettings): TableSettings => {
  const stream = settings.streamArn ? store.streams.get(settings.streamArn) : undefined;
  if (stream && stream.closedAt === undefined) {
    stream.closedAt = store.world.clock.now();
    store.changed.stream(stream.arn);
    store.onFading();
  }
  return { ...settings, streaming: false };
};
