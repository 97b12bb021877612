import type { Timer } from "../../kernel/clock.ts";
import { newLife } from "../../kernel/life.ts";
import type { Item } from "./items.ts";
import { attribute } from "./items.ts";
import { itemOf } from "./rows.ts";
import type { Store, Table } from "./store.ts";
import { keysIn } from "./stream-records.ts";

/** What expired together, in a busy hour a week ago, is deleted in slices with room for others between them. */
const slice = { items: 100, pauseMs: 10, refusedMs: 60_000 };

/** An item that is due, and its place in the order of expiry. */
type Due = { key: string; place: string };

const fiveYears = 5 * 365 * 24 * 3600;

/** The place in the order of expiry of an item that has one, else undefined. Only numbers count. */
export const expiryOf = (item: Item, name: string, key: string): string | undefined => {
  const seconds = Math.floor(Number(attribute(item, name)?.N));
  if (!(seconds > 0 && seconds < 1e15)) return undefined;
  return placeAt(seconds) + key;
};

const secondsOf = (place: string) => Number(place.slice(0, 15));

const placeAt = (seconds: number) => String(Math.max(0, seconds)).padStart(15, "0");

/** When the next item expires. What did so five years ago is taken for a mistake and kept, as AWS does. */
const earliest = ({ expiring }: Table, now: number): number | undefined => {
  let seconds: number | undefined;
  expiring.walk({ from: placeAt(now - fiveYears), to: "~" }, (_key, place) => {
    seconds = secondsOf(place);
    return false;
  });
  return seconds;
};

/** Deletes expired items, late as AWS does, and only runs while there are items that will expire. */
export type Sweeper = {
  /** Looks again at when the table's next item expires. */
  wake: (table: Table) => void;
  /** Arms what was armed at the moment of the state. */
  resume: () => void;
  stop: () => void;
};

/**
 * `lateness` is how many milliseconds after its expiry an item goes at the earliest; up to as many again
 * are left to chance. AWS promises "within a few days".
 */
export const sweeper = (
  store: Store,
  lateness: number,
  remove: (table: Table, key: string) => void,
): Sweeper => {
  const { world } = store;
  const { clock, trace } = world;
  const timers = new Map<string, Timer>();
  let life = newLife(clock);

  const arm = (name: string) => {
    timers.get(name)?.cancel();
    timers.delete(name);
    const next = store.sweeps.get(name);
    if (life.over() || !next) return;
    const wait = Math.max(0, next.at - clock.now());
    timers.set(
      name,
      life.after(wait, `dynamodb expire ${name}`, () => sweep(name)),
    );
  };

  const wake = (table: Table) => {
    const { name } = table.settings;
    const now = clock.now();
    const first = store.tables.has(name) ? earliest(table, Math.floor(now / 1000)) : undefined;
    if (first === store.sweeps.get(name)?.first) return;
    const late = lateness * (1 + clock.random(`dynamodb late ${name}`));
    if (first === undefined) store.sweeps.delete(name);
    else store.sweeps.set(name, { first, at: Math.max(now, first * 1000 + late) });
    arm(name);
  };

  /** Deletes what is still due then. Answers a promise where gates keep it from being done at once. */
  const removeAll = (table: Table, due: Due[]) => {
    const { name: TableName, keys } = table.settings;
    const caller = { name: `TTL of ${TableName}`, role: "dynamodb.amazonaws.com" };
    const { over } = life;
    const removals = due.map(({ place, key }) => {
      const row = table.rows.get(key);
      const input = { TableName, Key: row && keysIn(keys, itemOf(row)) };
      return world.act({ caller, service: "dynamodb", operation: "Expire", input }, () => {
        if (!over() && table.expiring.get(place) === key) remove(table, key);
      });
    });
    const delayed = removals.filter((removal) => removal instanceof Promise);
    return delayed.length > 0 ? Promise.allSettled(delayed) : undefined;
  };

  const sweep = (name: string) => {
    const table = store.tables.get(name);
    if (!table) return;
    const now = Math.floor(clock.now() / 1000);
    const due: Due[] = [];
    const long = Math.floor((clock.now() - lateness) / 1000);
    table.expiring.walk({ from: placeAt(now - fiveYears), to: placeAt(long + 1) }, (key, place) => {
      due.push({ key, place });
      return due.length < slice.items;
    });
    if (due.length === 0) return goOn(table, due.length);
    const { over } = life;
    // Nobody caused it: its time came.
    const its = trace.write({ kind: "schedule", name: `TTL of ${name}`, cause: undefined });
    const delayed = trace.under(its.seq, () => removeAll(table, due));
    if (!delayed) return goOn(table, due.length);
    return delayed.then((removals) => {
      if (over()) return;
      const refused = removals.some(({ status }) => status === "rejected");
      goOn(table, due.length, refused ? slice.refusedMs : 0);
    });
  };

  /** Plans the next sweep: at once where there is more than was done, and not before some time is over. */
  const goOn = (table: Table, done: number, pauseMs = 0) => {
    const { name } = table.settings;
    store.sweeps.delete(name);
    wake(table);
    const next = store.sweeps.get(name);
    if (!next) return;
    const now = clock.now();
    const soon = pauseMs === 0 && done === slice.items;
    const at = soon ? now + slice.pauseMs : Math.max(next.at, now + pauseMs);
    if (at === next.at) return;
    store.sweeps.set(name, { ...next, at });
    arm(name);
  };

  return {
    wake,
    resume() {
      life = newLife(clock);
      for (const table of store.tables.values()) {
        wake(table);
        arm(table.settings.name);
      }
    },
    stop() {
      life.end();
      for (const timer of timers.values()) timer.cancel();
      timers.clear();
    },
  };
};
