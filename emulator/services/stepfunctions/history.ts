import type { World } from "../../kernel/engine.ts";
import type { Execution } from "./execution.ts";
import type { HistoryEvent } from "./history-event.ts";
import { HISTORY_ROOM, share, sizeOf } from "./history-room.ts";

/** How many events an execution's history holds, at most. */
export const HISTORY_LIMIT = 25_000;

/** Thrown where the history has no room but for the execution's end. */
export class Exhausted extends Error {
  override name = "Exhausted";
}

/** Writes down what happens in an execution, as GetExecutionHistory answers it. Answers the event's id. */
export type History = {
  add: (x: Execution, type: string, details: object, after: number) => number;
  /** The last event of an execution, for which there is always room. */
  close: (x: Execution, type: string, details: object, after: number) => number;
  of: (x: Execution) => readonly HistoryEvent[];
  count: (x: Execution) => number;
  /** Whether those that grow no more take more room than there is for them. */
  overfull: () => boolean;
  /** Keeps the history of an execution that has ended as one text. */
  pack: (arn: string) => void;
  forget: (arn: string) => void;
};

/** A history that grows. What it takes is counted in characters. */
type Growing = { events: HistoryEvent[]; room: number };
/** A history that grows no more, as JSON: a list of objects takes about twice the room. */
type Packed = { count: number; text: string; room: number };

const isPacked = (held: Growing | Packed): held is Packed => "text" in held;

/** `changed` is told of each execution that something happens in. */
export const createHistory = ({ clock, keep }: World, changed: (x: Execution) => void): History => {
  let histories = new Map<string, Growing | Packed>();
  /** Those that no snapshot has: the others are copied before they grow. */
  let own = new WeakSet<Growing>();
  /** What was read last is mostly read again, event by event. */
  let read: { text: string; events: HistoryEvent[] } | undefined;
  /** What all take together that grow, and all that grow no more. */
  const room = { growing: 0, packed: 0 };

  const count = (held: Growing | Packed | undefined, sign: 1 | -1) => {
    if (held) room[isPacked(held) ? "packed" : "growing"] += sign * held.room;
  };
  const hold = (arn: string, held: Growing | Packed | undefined) => {
    count(histories.get(arn), -1);
    count(held, 1);
    if (held) histories.set(arn, held);
    else histories.delete(arn);
  };

  const eventsOf = (arn: string): HistoryEvent[] => {
    const held = histories.get(arn);
    if (!held) return [];
    if (!isPacked(held)) return held.events;
    if (read?.text !== held.text) read = { text: held.text, events: JSON.parse(held.text) };
    return read.events;
  };
  const countOf = (arn: string) => {
    const held = histories.get(arn);
    if (!held) return 0;
    return isPacked(held) ? held.count : held.events.length;
  };
  const roomFor = (events: HistoryEvent[]) => events.reduce((sum, event) => sum + sizeOf(event), 0);
  const ownOf = (arn: string): Growing => {
    const known = histories.get(arn);
    if (known && !isPacked(known) && own.has(known)) return known;
    const events = [...eventsOf(arn)];
    const held = { events, room: known && !isPacked(known) ? known.room : roomFor(events) };
    own.add(held);
    hold(arn, held);
    return held;
  };
  /** Puts an event in its place. */
  const place = (arn: string, id: number, event: HistoryEvent) => {
    const held = ownOf(arn);
    const { events } = held;
    if (!(id >= 1 && id <= events.length + 1)) throw new Error(`The history of ${arn} has a gap.`);
    const before = events[id - 1];
    const more = sizeOf(event) - (before ? sizeOf(before) : 0);
    share(event, events[event.previousEventId - 1]);
    events[id - 1] = event;
    held.room += more;
    room.growing += more;
  };
  const cut = (arn: string, length: number) => {
    const events = eventsOf(arn).slice(0, length);
    const held = { events, room: roomFor(events) };
    own.add(held);
    hold(arn, held);
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
      if (event !== undefined) place(arn, id, event as HistoryEvent);
      else if (id === 1) hold(arn, undefined);
      else if (countOf(arn) >= id) cut(arn, id - 1);
    },
    *keys() {
      for (const arn of histories.keys())
        for (let id = 1; id <= countOf(arn); id += 1) yield `${arn}#${id}`;
    },
    take,
    put(taken: Map<string, Growing | Packed>) {
      own = new WeakSet();
      histories = new Map(taken);
      Object.assign(room, { growing: 0, packed: 0 });
      for (const held of histories.values()) count(held, 1);
    },
    *entriesOf(taken: Map<string, Growing | Packed>) {
      for (const [arn, held] of taken) {
        const events: HistoryEvent[] = isPacked(held) ? JSON.parse(held.text) : held.events;
        // Events of a packed history are read anew each time; one that grows is copied, and its events are not.
        for (const event of events)
          yield {
            key: `${arn}#${event.id}`,
            is: isPacked(held) ? undefined : event,
            value: () => event,
          };
      }
    },
  });

  const write: History["add"] = (x, type, details, previousEventId) => {
    const id = countOf(x.arn) + 1;
    place(x.arn, id, { timestamp: clock.now() / 1000, type, id, previousEventId, ...details });
    touch(`${x.arn}#${id}`);
    changed(x);
    return id;
  };
  /** What there is no more of for an execution, if anything. */
  const fullness = (arn: string) => {
    if (countOf(arn) >= HISTORY_LIMIT - 1) return `number of history events (${HISTORY_LIMIT})`;
    const held = histories.get(arn)?.room ?? 0;
    if (held > HISTORY_ROOM.one)
      return `size of a history in the emulator (${HISTORY_ROOM.one} characters)`;
    if (room.growing > HISTORY_ROOM.growing && held > HISTORY_ROOM.share)
      return `size of all histories in the emulator (${HISTORY_ROOM.growing} characters)`;
    return undefined;
  };

  return {
    add: (x, type, details, after) => {
      const full = fullness(x.arn);
      if (full) throw new Exhausted(`The execution reached the maximum ${full}.`);
      return write(x, type, details, after);
    },
    close: write,
    of: ({ arn }) => eventsOf(arn),
    count: ({ arn }) => countOf(arn),
    overfull: () => room.packed > HISTORY_ROOM.packed,
    pack(arn) {
      const held = histories.get(arn);
      if (!held || isPacked(held)) return;
      const text = JSON.stringify(held.events);
      hold(arn, { count: held.events.length, text, room: text.length });
    },
    forget(arn) {
      const count = countOf(arn);
      hold(arn, undefined);
      for (let id = 1; id <= count; id += 1) touch(`${arn}#${id}`);
    },
  };
};
