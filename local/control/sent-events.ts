import type { Shop } from "../shop.ts";

/** An event as somebody handed it to the bus. */
export type SentEvent = {
  /** The id that the bus gave it. */
  eventId: string;
  /** The entry of PutEvents: EventBusName, Source, DetailType, Detail. */
  entry: { DetailType: string; Source: string; Detail: string; EventBusName: string };
};

/** So far back is looked, in entries of the trace. */
const MOST_LOOKED_AT = 300_000;

const fits = ({ eventId, entry }: SentEvent, word: string): boolean => {
  if (eventId === word || entry.DetailType === word) return true;
  if (entry.DetailType.split(".").includes(word)) return true;
  return entry.Detail.includes(`"${word}"`);
};

type Answer = { Entries?: { EventId?: string }[] };

/** The events that were handed to the bus, as the trace has them, the newest first. */
export function* sentEvents({ cloud: { trace } }: Shop): Generator<SentEvent> {
  const oldest = Math.max(trace.first, trace.last - MOST_LOOKED_AT);
  for (let seq = trace.last; seq >= oldest && seq > 0; seq -= 1) {
    const answer = trace.get(seq);
    // What was after the moment that time was put back to has not happened.
    if (answer?.kind === "clock" && typeof answer.to === "number") seq = answer.to + 1;
    if (answer?.kind !== "answer" || answer.of === undefined) continue;
    const call = trace.get(answer.of);
    if (call?.operation !== "PutEvents") continue;
    const { Entries: given = [] } = (answer.output ?? {}) as Answer;
    const { Entries: asked = [] } = call.input as { Entries?: SentEvent["entry"][] };
    for (let i = given.length - 1; i >= 0; i -= 1) {
      const [eventId, entry] = [given[i]?.EventId, asked[i]];
      if (eventId && entry) yield { eventId, entry };
    }
  }
}

/** The newest event that a word means, by its ids, its type or its order; the newest of all without one. */
export const findSentEvent = (shop: Shop, word?: string): SentEvent | undefined => {
  for (const sent of sentEvents(shop)) if (!word || fits(sent, word)) return sent;
  return undefined;
};
