import type { DomainEvent } from "./event.ts";
import { outboxRows } from "./outbox.ts";
import { type Store, saveTogether } from "./store.ts";
import type { Write } from "./transact.ts";

/** How one kind of aggregate is laid out in its table. `write` must be conditional on the version that was loaded. */
export type Rows<State> = {
  load: (id: string) => Promise<{ state: State; version: number } | undefined>;
  write: (id: string, state: State, version: { from: number; to: number }) => Write;
};

/** A store in DynamoDB: the state and the events it emitted are written together or not at all. */
export const aggregateStore = <State, Event extends DomainEvent>(options: {
  source: string;
  type: string;
  outbox: string;
  initial: State;
  rows: Rows<State>;
}): Store<State, Event> => {
  const { source, type, initial, rows } = options;
  return {
    load: async (id) => (await rows.load(id)) ?? { state: initial, version: 0 },

    async save({ id, state, events, version, also = [] }) {
      const to = version + events.length;
      const row = rows.write(id, state, { from: version, to });
      const outbox = outboxRows(options.outbox, events, { source, type, id, from: version });
      await saveTogether(id, [row, ...outbox, ...also], 1);
    },
  };
};
