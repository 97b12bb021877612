import type { Entry } from "./entry.ts";
import { lastWords } from "./last-words.ts";
import type { Things } from "./things.ts";

/** A message that is in a queue. */
export type Lying = {
  seq: number;
  messageId: string;
  queue: string;
  since: number;
  receives: number;
  /** Set where it was given up: why. */
  dead?: string;
};

const sentence = (text: string) => text.replace(/\s+/g, " ").replace(/\.$/, "").slice(0, 240);

/** The messages of an order that are in queues now, dead letters among them, by entries that stand in their order. */
export const lyingOf = (entries: readonly Entry[], things: Things): Lying[] => {
  const lying = new Map<string, Lying>();
  const errors = lastWords();
  const readers = new Map<string, unknown>();
  /** Why a consumer put a message aside, by its call. */
  const reasons = new Map<number, string>();
  const idOf = (queue: unknown) => things(queue)?.id ?? String(queue);
  const put = ({ seq, at }: Entry, messageId: string, queue: unknown, dead?: string) => {
    const found = { seq, messageId, queue: idOf(queue), since: at, receives: 0 };
    lying.set(messageId, { ...found, ...(dead !== undefined && { dead: sentence(dead) }) });
  };
  for (const entry of entries) {
    errors.hear(entry);
    const messageId = String(entry.messageId);
    const there = lying.get(messageId);
    switch (entry.kind) {
      case "call":
        if (entry.operation === "SendMessage") {
          const why = entry.input?.MessageAttributes?.reason?.StringValue;
          if (typeof why === "string") reasons.set(entry.seq, why);
        }
        break;
      case "poll":
        readers.set(idOf(entry.source), entry.function);
        break;
      case "sqs.sent":
        // What says why it was given up may have been heard before.
        if (there?.queue !== idOf(entry.queue))
          put(entry, messageId, entry.queue, reasons.get(entry.cause ?? 0));
        break;
      case "sqs.received":
        if (there) there.receives += 1;
        break;
      case "sqs.deleted":
        lying.delete(messageId);
        break;
      case "sqs.dead-letter": {
        const said = errors.of(readers.get(idOf(entry.queue)));
        const why = `it was received ${entry.receives} times and never deleted`;
        const to = entry.to ?? entry.deadLetterQueue;
        put(entry, messageId, to, said === undefined ? why : `${said} (${entry.receives} times)`);
        break;
      }
      case "sqs.redriven":
        put(entry, messageId, entry.queue);
        break;
      case "events.dead-letter":
      case "scheduler.dead-letter":
        put(entry, messageId, entry.queue, String(entry.reason));
        break;
      default:
    }
  }
  return [...lying.values()].sort((a, b) => a.seq - b.seq);
};
