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
  count: (x: Execution) => number;
  /** Keeps the history of an execution that has ended as one text. */
  pack: (arn: string) => void;
  forget: (arn: string) => void;
};

/** A history that grows no more, as JSON: a list of objects takes about twice the room. */
type Packed = { count: number; text: string };

const isPacked = (events: HistoryEvent[] | Packed): events is Packed => !Array.isArray(events);

/** `changed` is told of each execution that something happens in. */
export const createHistory = ({ clock, keep }: World, changed: (x: Execution) => void): History => {
  let histories = new Map<string, HistoryEvent[] | Packed>();
  /** The lists that no snapshot has: the others are copied before they grow. */
  let own = new WeakSet<HistoryEvent[]>();
  /** What was read last is mostly read again, event by event. */
  let read: { text: string; events: HistoryEvent[] } | undefined;

  const eventsOf = (arn: string): HistoryEvent[] => {
    const events = histories.get(arn) ?? [];
    if (!isPacked(events)) return events;
    if (read?.text !== events.text) read = { text: events.text, events: JSON.parse(events.text) };
    return read.events;
  };
  const countOf = (arn: string) => {
    const events = histories.get(arn) ?? [];
    return isPacked(events) ? events.count : events.length;
  };
  const ownOf = (arn: string) => {
    const known = histories.get(arn);
    if (known && !isPacked(known) && own.has(known)) return known;
    const events = [...eventsOf(arn)];
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
      return eventsOf(arn)[id - 1];
    },
    // Without an event, neither it nor those after it are there.
    apply(key, event) {
      const [arn, id] = placeOf(key);
      if (event !== undefined) ownOf(arn)[id - 1] = event as HistoryEvent;
      else if (id === 1) histories.delete(arn);
      else if (countOf(arn) >= id) ownOf(arn).length = id - 1;
    },
    *keys() {
      for (const arn of histories.keys())
        for (let id = 1; id <= countOf(arn); id += 1) yield `${arn}#${id}`;
    },
    take,
    put(taken: Map<string, HistoryEvent[] | Packed>) {
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
      if (countOf(x.arn) >= HISTORY_LIMIT - 1)
        throw new Exhausted(
          `The execution reached the maximum number of history events (${HISTORY_LIMIT}).`,
        );
      return write(x, type, details, after);
    },
    close: write,
    of: ({ arn }) => eventsOf(arn),
    count: ({ arn }) => countOf(arn),
    pack(arn) {
      const events = histories.get(arn);
      if (events && !isPacked(events))
        histories.set(arn, { count: events.length, text: JSON.stringify(events) });
    },
    forget(arn) {
      const count = countOf(arn);
      histories.delete(arn);
      for (let id = 1; id <= count; id += 1) touch(`${arn}#${id}`);
    },
  };
};
