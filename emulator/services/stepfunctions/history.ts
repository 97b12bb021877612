import type { World } from "../../kernel/engine.ts";
import type { Execution } from "./execution.ts";

/** How many events an execution's history holds, at most. */
export const HISTORY_LIMIT = 25_000;

/** Thrown where the history has no room but for the execution's end. */
export class Exhausted extends Error {
  override name = "Exhausted";
}

/** An entry of the history, as GetExecutionHistory answers it. */
export type HistoryEvent = {
  timestamp: number;
  type: string;
  id: number;
  previousEventId: number;
} & Record<string, unknown>;

/** Writes down what happens in an execution, as GetExecutionHistory answers it. Answers the event's id. */
export type History = {
  add: (x: Execution, type: string, details: object, after: number) => number;
  /** The last event of an execution, for which there is always room. */
  close: (x: Execution, type: string, details: object, after: number) => number;
  of: (x: Execution) => readonly HistoryEvent[];
};

/** `changed` is told of each execution that something happens in. */
export const createHistory = ({ clock, keep }: World, changed: (x: Execution) => void): History => {
  let histories = new Map<string, HistoryEvent[]>();
  /** The lists that no snapshot has: the others are copied before they grow. */
  let own = new WeakSet<HistoryEvent[]>();

  const ownOf = (arn: string) => {
    let events = histories.get(arn);
    if (events && own.has(events)) return events;
    events = events ? [...events] : [];
    own.add(events);
    histories.set(arn, events);
    return events;
  };
  const placeOf = (key: string): [arn: string, id: number] => {
    const at = key.lastIndexOf("#");
    return [key.slice(0, at), Number(key.slice(at + 1))];
  };
  const take = () => {
    own = new WeakSet();
    return new Map(histories);
  };

  const touch = keep.part("states.histories", {
    get(key) {
      const [arn, id] = placeOf(key);
      return histories.get(arn)?.[id - 1];
    },
    apply(key, event) {
      const [arn, id] = placeOf(key);
      if (event === undefined) ownOf(arn).length = id - 1;
      else ownOf(arn)[id - 1] = event as HistoryEvent;
    },
    keys: () => [...histories].flatMap(([arn, events]) => events.map(({ id }) => `${arn}#${id}`)),
    take,
    put(taken: Map<string, HistoryEvent[]>) {
      own = new WeakSet();
      histories = new Map(taken);
    },
  });

  const write: History["add"] = (x, type, details, previousEventId) => {
    const events = ownOf(x.arn);
    const id = events.length + 1;
    events.push({ timestamp: clock.now() / 1000, type, id, previousEventId, ...details });
    touch(`${x.arn}#${id}`);
    changed(x);
    return id;
  };
  return {
    add: (x, type, details, after) => {
      if ((histories.get(x.arn)?.length ?? 0) >= HISTORY_LIMIT - 1)
        throw new Exhausted(
          `The execution reached the maximum number of history events (${HISTORY_LIMIT}).`,
        );
      return write(x, type, details, after);
    },
    close: write,
    of: (x) => histories.get(x.arn) ?? [],
  };
};
