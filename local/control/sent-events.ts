import type { Shop } from "../shop.ts";

/** An event as somebody handed it to the bus. */
export type SentEvent = {
  /** The id that the bus gave it. */
  eventId: string;
  /** The entry of PutEvents: EventBusName, Source, DetailType, Detail. */
  entry: { DetailType: string; Source: string; Detail: string; EventBusName: string };
};

/** So many are remembered: the newest. */
const MOST = 1_000;

/** What was sent to the bus, by its ids, its type or its order. */
export type SentEvents = {
  /** The newest that a word means; the newest of all without one. */
  find: (word?: string) => SentEvent | undefined;
  newestFirst: () => SentEvent[];
};

const fits = ({ eventId, entry }: SentEvent, word: string): boolean => {
  if (eventId === word || entry.DetailType === word) return true;
  if (entry.DetailType.split(".").includes(word)) return true;
  return entry.Detail.includes(`"${word}"`);
};

/** Hears what is handed to the bus from now on. */
export const hearSentEvents = ({ cloud }: Shop): SentEvents => {
  const sent: SentEvent[] = [];
  const keep = (entries: SentEvent["entry"][], answer: unknown) => {
    const { Entries = [] } = answer as { Entries?: { EventId?: string }[] };
    Entries.forEach(({ EventId }, i) => {
      const entry = entries[i];
      if (EventId && entry) sent.push({ eventId: EventId, entry });
    });
    if (sent.length > MOST * 1.5) sent.splice(0, sent.length - MOST);
    return answer;
  };
  cloud.guard((call, next) =>
    call.operation === "PutEvents"
      ? next(call).then((answer) => keep(call.input.Entries, answer))
      : next(call),
  );
  const newestFirst = () => sent.toReversed();
  return {
    newestFirst,
    find: (word) => (word ? sent.findLast((one) => fits(one, word)) : sent.at(-1)),
  };
};
