import type { World } from "../../kernel/engine.ts";
import type { Part } from "../../kernel/keep.ts";
import { restore, tableFrom } from "./changes.ts";
import type { Item } from "./items.ts";
import { createPast } from "./past.ts";
import { glanceAt, packByPack, type Row, rowOf } from "./rows.ts";
import { type SortedSnapshot, sorted } from "./sorted.ts";
import type { Store, Stream, StreamSettings, Table, TableSettings, Token } from "./store.ts";
import { entryFrom, plainEntry } from "./stream-records.ts";

// Names of tables and ARNs are of letters; what a place is made of does not matter.
const joined = (owner: string, within: string | number) => `${owner}\u0000${within}`;
const apart = (key: string): [owner: string, within: string] => {
  const at = key.indexOf("\u0000");
  return [key.slice(0, at), key.slice(at + 1)];
};

/** How many rows are looked at in one go, where all are. */
const RUN = 200;

type Found = { name: string; place: string; row: Row };

/** All rows of all tables, which may come and go meanwhile. */
function* rowsOf(tables: ReadonlyMap<string, Table>): Generator<Found> {
  for (const name of tables.keys())
    for (let from = ""; ; ) {
      const run: Found[] = [];
      const { rows } = tables.get(name) ?? {};
      rows?.walk({ from, to: "\uffff" }, (row, place) => run.push({ name, place, row }) < RUN);
      yield* run;
      if (run.length < RUN) break;
      from = `${run.at(-1)?.place}\u0000`;
    }
}

const tableParts = (tables: Map<string, Table>): { settings: Part; rows: Part } => {
  type Taken = {
    rows: SortedSnapshot<Row>;
    indexes: [string, SortedSnapshot<Row>][];
    expiring: SortedSnapshot<string>;
  };
  return {
    settings: {
      get: (name) => tables.get(name)?.settings,
      apply(name, settings) {
        if (settings === undefined) tables.delete(name);
        else tables.set(name, tableFrom(settings as TableSettings, tables.get(name)?.rows));
      },
      keys: () => tables.keys(),
      take: () => [...tables.values()].map(({ settings }) => settings),
      put(taken: TableSettings[]) {
        tables.clear();
        for (const settings of taken) tables.set(settings.name, tableFrom(settings));
      },
      *entriesOf(taken: TableSettings[]) {
        for (const is of taken) yield { key: is.name, is, value: () => is };
      },
    },
    rows: {
      get(key) {
        const [name, place] = apart(key);
        const row = tables.get(name)?.rows.get(place);
        return row && glanceAt(row);
      },
      apply(key, item) {
        const [name, place] = apart(key);
        const table = tables.get(name);
        // What a table held that is no more goes with it.
        if (table) restore(table, place, item === undefined ? undefined : rowOf(item as Item));
      },
      *keys() {
        for (const { name, place } of rowsOf(tables)) yield joined(name, place);
      },
      *entries(wanted) {
        for (const one of packByPack(rowsOf(tables))) {
          const key = one && joined(one.found.name, one.found.place);
          if (!key) yield undefined;
          else if (wanted(key)) yield [key, one.item()];
        }
      },
      // Indexes follow from the rows; to share them is quicker than to build them.
      take: () =>
        [...tables].map(([name, { rows, indexes, expiring }]): [string, Taken] => [
          name,
          {
            rows: rows.snapshot(),
            indexes: [...indexes].map(([index, held]) => [index, held.snapshot()]),
            expiring: expiring.snapshot(),
          },
        ]),
      put(taken: [string, Taken][]) {
        for (const [name, { rows, indexes, expiring }] of taken) {
          const table = tables.get(name) as Table;
          table.rows = sorted(rows);
          table.indexes = new Map(indexes.map(([index, held]) => [index, sorted(held)]));
          table.expiring = sorted(expiring);
        }
      },
      *entriesOf(taken: [string, Taken][]) {
        for (const [name, { rows }] of taken)
          for (const { keys, values } of rows.chunks)
            for (const [i, place] of keys.entries()) {
              const row = values[i] as Row;
              yield { key: joined(name, place), is: row, value: () => glanceAt(row) };
            }
      },
    },
  };
};

const settingsOf = ({ first, records, ...settings }: Stream): StreamSettings => settings;

const streamParts = (streams: Map<string, Stream>): { settings: Part; records: Part } => ({
  settings: {
    get(arn) {
      const stream = streams.get(arn);
      return stream && settingsOf(stream);
    },
    apply(arn, settings) {
      const { first, records } = streams.get(arn) ?? { first: 0, records: [] };
      if (settings === undefined) streams.delete(arn);
      else streams.set(arn, { ...(settings as StreamSettings), first, records });
    },
    keys: () => streams.keys(),
    take: () => [...streams.values()].map(settingsOf),
    put(taken: StreamSettings[]) {
      streams.clear();
      for (const settings of taken)
        streams.set(settings.arn, { ...settings, first: 0, records: [] });
    },
    *entriesOf(taken: StreamSettings[]) {
      // Each taking has objects of its own, which say the same.
      for (const settings of taken)
        yield { key: settings.arn, is: undefined, value: () => settings };
    },
  },
  records: {
    get(key) {
      const [arn, position] = apart(key);
      const stream = streams.get(arn);
      const entry = stream?.records[Number(position) - stream.first];
      return entry && plainEntry(entry);
    },
    apply(key, entry) {
      const [arn, position] = apart(key);
      const stream = streams.get(arn);
      if (!stream) return;
      // Records come and go in the order of their positions.
      if (entry === undefined) {
        if (stream.records.length === 0 || Number(position) !== stream.first) return;
        stream.records.shift();
        stream.first += 1;
      } else {
        const place = Number(position) - stream.first;
        // One that does not follow the last begins anew: those before it are gone. There is no gap.
        if (!(place >= 0 && place <= stream.records.length))
          Object.assign(stream, { first: Number(position), records: [] });
        stream.records[Number(position) - stream.first] = entryFrom(
          entry as Parameters<typeof entryFrom>[0],
        );
      }
    },
    *keys() {
      // What was there first may be gone when the next one is asked for.
      for (const stream of streams.values())
        for (let at = stream.first; at < stream.first + stream.records.length; ) {
          yield joined(stream.arn, at);
          at = Math.max(at + 1, stream.first);
        }
    },
    take: () =>
      [...streams.values()].map(({ arn, first, records }) => ({
        arn,
        first,
        records: [...records],
      })),
    put(taken: Pick<Stream, "arn" | "first" | "records">[]) {
      for (const { arn, first, records } of taken)
        Object.assign(streams.get(arn) as Stream, { first, records: [...records] });
    },
    *entriesOf(taken: Pick<Stream, "arn" | "first" | "records">[]) {
      for (const { arn, first, records } of taken)
        for (const [i, is] of records.entries())
          yield { key: joined(arn, first + i), is, value: () => plainEntry(is) };
    },
  },
});

/** DynamoDB with nothing in it, its state declared: definitions before what belongs to them. `lag` as for createPast. */
export const createStore = (world: World, lag: number, mostRecords: number): Store => {
  const { keep } = world;
  const tables = new Map<string, Table>();
  const streams = new Map<string, Stream>();
  const ofTables = tableParts(tables);
  const ofStreams = streamParts(streams);
  const table = keep.part("dynamodb.tables", ofTables.settings);
  const row = keep.part("dynamodb.rows", ofTables.rows);
  const stream = keep.part("dynamodb.streams", ofStreams.settings);
  const record = keep.part("dynamodb.records", ofStreams.records);
  return {
    world,
    tables,
    streams,
    tokens: keep.map<Token>("dynamodb.tokens"),
    sweeps: keep.map("dynamodb.sweeps"),
    changed: {
      table,
      row: (name, place) => row(joined(name, place)),
      stream,
      record: (arn, position) => record(joined(arn, position)),
    },
    past: createPast(world.clock, lag),
    touched: new Set(),
    mostRecords,
    read: new Map(),
    onFading: () => {},
    onExpiry: () => {},
  };
};
