import type { DomainEvent } from "./event.ts";
import type { Write } from "./transact.ts";

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

/** Someone else saved first. Load again and decide again. */
export class VersionConflict extends Error {
  override name = "VersionConflict";
}
