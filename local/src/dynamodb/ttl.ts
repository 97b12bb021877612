import type { Timer } from "../clock.ts";
import type { Item } from "./items.ts";
import { attribute } from "./items.ts";
import type { Store, Table } from "./store.ts";

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
  const timers = new Map<string, { timer: Timer; due: number }>();

  const sweep = (table: Table) => {
    timers.delete(table.settings.name);
    const now = Math.floor(store.world.clock.now() / 1000);
    const due: string[] = [];
    table.expiring.walk({ from: placeAt(now - fiveYears), to: placeAt(now) }, (key) => {
      due.push(key);
      return true;
    });
    for (const key of due) remove(table, key);
    wake(table);
  };

  const wake = (table: Table) => {
    const { name } = table.settings;
    const known = timers.get(name);
    const { clock } = store.world;
    const seconds = earliest(table, Math.floor(clock.now() / 1000));
    if (seconds === known?.due) return;
    known?.timer.cancel();
    timers.delete(name);
    if (seconds === undefined) return;
    const wait = Math.max(0, seconds * 1000 - clock.now()) + lateness * (1 + clock.random());
    // A real timer holds at most 24.8 days.
    const timer = clock.after(Math.min(wait, 2 ** 31 - 1), `dynamodb expire ${name}`, () =>
      sweep(table),
    );
    timers.set(name, { timer, due: seconds });
  };

  return {
    wake,
    stop() {
      for (const { timer } of timers.values()) timer.cancel();
      timers.clear();
    },
  };
};
