import type { DomainEvent } from "./event.ts";
import { ConditionFailed, transact, type Write, WriteConflict } from "./transact.ts";

/** Where an aggregate lives. `save` writes the state, its events and what else belongs to the change, or nothing. */
export type Store<State, Event extends DomainEvent> = {
  load: (id: string) => Promise<{ state: State; version: number }>;
  save: (change: Change<State, Event>) => Promise<void>;
};

/** A decision about to be saved: `version` is the one it was made on, `also` what must be written with it. */
export type Change<State, Event extends DomainEvent> = {
  id: string;
  state: State;
  events: readonly Event[];
  version: number;
  also?: Write[];
};

/** The same store for one decision that begins on what is known already: it is read only if someone else saved since. */
export const startingFrom = <State, Event extends DomainEvent>(
  { load, save }: Store<State, Event>,
  known: { state: State; version: number },
): Store<State, Event> => {
  let first: typeof known | undefined = known;
  return {
    load: async (id) => {
      const loaded = first ?? (await load(id));
      first = undefined;
      return loaded;
    },
    save,
  };
};

/** Someone else saved first. Load again and decide again. */
export class VersionConflict extends Error {
  override name = "VersionConflict";
}

/**
 * Writes all of a change or nothing. Throws VersionConflict where someone else saved first: another transaction holds an item,
 * or the condition of one of the first `ours` writes does not hold. By default that is any of the writes.
 */
export const saveTogether = async (
  id: string,
  writes: Write[],
  ours = writes.length,
): Promise<void> => {
  try {
    await transact(writes);
  } catch (error) {
    const lost =
      error instanceof WriteConflict ||
      (error instanceof ConditionFailed && error.at.some((place) => place < ours));
    throw lost ? new VersionConflict(`Someone else saved ${id} first: ${error.message}`) : error;
  }
};
