import type { World } from "../../kernel/engine.ts";
import type { Message } from "./messages.ts";
import type { Queue } from "./queues.ts";

/** The messages of a queue: those that can be received now, in order, and those that cannot. */
export type Shelf = {
  visible: Map<string, Message>;
  hidden: Map<string, Message>;
  /** No hidden message becomes visible before this moment. */
  due: number;
};

/** A message that is to be put somewhere: a new one, or one that leaves the place that it has. */
export type Fresh = Omit<Message, "queue" | "visibleAt" | "place"> & Partial<Message>;

const inOrder = (a: Message, b: Message) => a.visibleAt - b.visibleAt || a.place - b.place;

/**
 * Where every message is. The state is one entry for each message, which says in which queue it is, from which
 * moment on it can be received, and after which others; the shelves follow from that.
 */
export const createStock = ({ clock, keep }: World) => {
  const messages = keep.map<Message>("sqs.messages");
  const shelves = new Map<string, Shelf>();
  let places = 0;

  const of = (queue: string): Shelf => {
    const known = shelves.get(queue);
    if (known) return known;
    const made: Shelf = { visible: new Map(), hidden: new Map(), due: Number.POSITIVE_INFINITY };
    shelves.set(queue, made);
    return made;
  };
  /** Puts on the visible shelf what has become visible. */
  const surface = ({ name }: Queue): Shelf => {
    const shelf = of(name);
    const now = clock.now();
    if (shelf.due > now) return shelf;
    shelf.due = Number.POSITIVE_INFINITY;
    const due: Message[] = [];
    for (const message of shelf.hidden.values())
      if (message.visibleAt <= now) due.push(message);
      else shelf.due = Math.min(shelf.due, message.visibleAt);
    for (const message of due.sort(inOrder)) {
      shelf.hidden.delete(message.id);
      shelf.visible.set(message.id, message);
    }
    return shelf;
  };
  const shelve = (shelf: Shelf, message: Message) => {
    if (message.visibleAt <= clock.now()) shelf.visible.set(message.id, message);
    else {
      shelf.hidden.set(message.id, message);
      shelf.due = Math.min(shelf.due, message.visibleAt);
    }
  };

  const remove = ({ queue, id }: Message) => {
    const { visible, hidden } = of(queue);
    if (!visible.delete(id)) hidden.delete(id);
    messages.delete(id);
  };

  return {
    of: ({ name }: Queue) => of(name),
    surface,
    remove,
    find({ name }: Queue, id: string): Message | undefined {
      const message = messages.get(id);
      return message?.queue === name ? message : undefined;
    },
    isEmpty({ name }: Queue) {
      const { visible, hidden } = of(name);
      return visible.size + hidden.size === 0;
    },
    /** Puts a message into a queue, out of the one that it was in: to be received after `ms` milliseconds. */
    place(queue: Queue, message: Fresh, ms = 0): Message {
      if (message.queue !== undefined) remove(message as Message);
      // What was due before comes before it.
      const shelf = surface(queue);
      places += 1;
      const visibleAt = clock.now() + ms;
      const placed: Message = { ...message, queue: queue.name, visibleAt, place: places };
      messages.set(placed.id, placed);
      shelve(shelf, placed);
      return placed;
    },
    /** Takes every message out of a queue. */
    clear({ name }: Queue) {
      const { visible, hidden } = of(name);
      for (const shelf of [visible, hidden]) for (const id of shelf.keys()) messages.delete(id);
      shelves.delete(name);
    },
    /** Fills the shelves anew from the state. */
    rebuild() {
      shelves.clear();
      places = 0;
      for (const message of [...messages.values()].sort(inOrder)) {
        places = Math.max(places, message.place);
        shelve(of(message.queue), message);
      }
    },
  };
};

/** See `createStock`. */
export type Stock = ReturnType<typeof createStock>;
