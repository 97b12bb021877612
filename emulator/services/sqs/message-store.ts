import type { World } from "../../kernel/engine.ts";
import type { Message } from "./messages.ts";
import type { Queue } from "./queues.ts";

/** The messages of a queue: those that can be received now, in order, and those that cannot. */
export type QueueMessages = {
  visible: Map<string, Message>;
  inFlight: Map<string, Message>;
  delayed: Map<string, Message>;
  /** No message in flight or delayed becomes visible before this moment. */
  due: number;
};

/** A message that is to be put somewhere: a new one, or one that leaves the place that it has. */
export type Fresh = Omit<Message, "queue" | "visibleAt" | "place"> & Partial<Message>;

const inOrder = (a: Message, b: Message) => a.visibleAt - b.visibleAt || a.place - b.place;

/** A message as it was before its latest receive, which came to nothing because this cloud stopped. */
const unreceived = (message: Message, now: number): Message => {
  const { holder: _, receiptHandle: __, receivedAt: ___, ...rest } = message;
  const receives = message.receives - 1;
  return {
    ...rest,
    receives,
    receivesHere: message.receivesHere - 1,
    firstReceivedAt: receives > 0 ? message.firstReceivedAt : undefined,
    visibleAt: Math.min(message.visibleAt, now),
  };
};

/**
 * Where every message is. The state is one entry for each message, which says in which queue it is, from which
 * moment on it can be received, and after which others; what is visible, in flight or delayed follows from that.
 */
export const createMessageStore = ({ clock, keep }: World) => {
  const messages = keep.map<Message>("sqs.messages");
  const queues = new Map<string, QueueMessages>();
  let places = 0;

  const of = (queue: string): QueueMessages => {
    const known = queues.get(queue);
    if (known) return known;
    const made: QueueMessages = {
      visible: new Map(),
      inFlight: new Map(),
      delayed: new Map(),
      due: Number.POSITIVE_INFINITY,
    };
    queues.set(queue, made);
    return made;
  };
  const kinds = ({ visible, inFlight, delayed }: QueueMessages) => [visible, inFlight, delayed];

  /** Makes visible what has become so. */
  const surface = ({ name }: Queue): QueueMessages => {
    const those = of(name);
    const now = clock.now();
    if (those.due > now) return those;
    those.due = Number.POSITIVE_INFINITY;
    const due: Message[] = [];
    for (const hidden of [those.inFlight, those.delayed])
      for (const message of hidden.values())
        if (message.visibleAt > now) those.due = Math.min(those.due, message.visibleAt);
        else {
          hidden.delete(message.id);
          due.push(message);
        }
    for (const message of due.sort(inOrder)) those.visible.set(message.id, message);
    return those;
  };
  const sort = (those: QueueMessages, message: Message) => {
    if (message.visibleAt <= clock.now()) those.visible.set(message.id, message);
    else {
      const hidden = message.receivesHere === 0 ? those.delayed : those.inFlight;
      hidden.set(message.id, message);
      those.due = Math.min(those.due, message.visibleAt);
    }
  };

  const remove = ({ queue, id }: Message) => {
    for (const kind of kinds(of(queue))) if (kind.delete(id)) break;
    messages.delete(id);
  };

  return {
    of: ({ name }: Queue) => of(name),
    surface,
    remove,
    all: ({ name }: Queue): Message[] => kinds(of(name)).flatMap((kind) => [...kind.values()]),
    find({ name }: Queue, id: string): Message | undefined {
      const message = messages.get(id);
      return message?.queue === name ? message : undefined;
    },
    isEmpty: ({ name }: Queue) => kinds(of(name)).every(({ size }) => size === 0),
    /** Puts a message into a queue, out of the one that it was in: to be received after `ms` milliseconds. */
    place(queue: Queue, message: Fresh, ms = 0): Message {
      if (message.queue !== undefined) remove(message as Message);
      // What was due before comes before it.
      const those = surface(queue);
      places += 1;
      const visibleAt = clock.now() + ms;
      const placed: Message = { ...message, queue: queue.name, visibleAt, place: places };
      messages.set(placed.id, placed);
      sort(those, placed);
      return placed;
    },
    /** Puts another message in the place of one with the same id. */
    replace(message: Message) {
      messages.set(message.id, message);
      for (const kind of kinds(of(message.queue)))
        if (kind.has(message.id)) kind.set(message.id, message);
    },
    /** Takes every message out of a queue. */
    clear({ name }: Queue) {
      for (const kind of kinds(of(name))) for (const id of kind.keys()) messages.delete(id);
      queues.delete(name);
    },
    /** Goes by the state, which is another one. Receives that ended with an earlier life did not happen. */
    rebuild() {
      queues.clear();
      places = 0;
      for (const message of messages.values())
        if (message.holder) messages.set(message.id, unreceived(message, clock.now()));
      for (const message of [...messages.values()].sort(inOrder)) {
        places = Math.max(places, message.place);
        sort(of(message.queue), message);
      }
    },
  };
};

/** See `createMessageStore`. */
export type MessageStore = ReturnType<typeof createMessageStore>;
