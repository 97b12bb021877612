import type { Entry, Trace } from "emulator/kernel/trace";
import { type Checked, checkEvent, isOfAws } from "./event-check.ts";

/** An event that the bus took, and how far it is. */
export type Passed = {
  seq: number;
  at: number;
  eventId: string;
  type: string;
  source: string;
  order?: string;
  about?: string;
  /** Whether it is as its contract says; of AWS's own events there is none. */
  fits: boolean;
  ofAws?: true;
  why?: string;
  /** Rules that matched. */
  rules: number;
  delivered: number;
  retries: number;
  /** Given up for a target: among the dead letters, or nowhere. */
  lost: number;
  /** The entry that changed this last. */
  changed: number;
};

/** So many are kept. */
const MOST = 10_000;
const PAGE = 5_000;

type Detail = { aggregate?: { id?: unknown } } | undefined;

const textOf = (value: unknown) => (typeof value === "string" ? value : undefined);

/** The events that the bus took, as the trace has them. It reads what is new whenever it is asked; nothing while nobody asks. */
export const eventsPassed = (trace: Trace, orderOf: (seq: number) => string | undefined) => {
  const events = new Map<number, Passed>();
  const byId = new Map<string, Passed>();
  let read = 0;

  const forget = (event: Passed) => {
    events.delete(event.seq);
    if (byId.get(event.eventId) === event) byId.delete(event.eventId);
  };
  const accept = (entry: Entry) => {
    const type = String(entry.detailType);
    const source = String(entry.source);
    const ours = !isOfAws(source);
    const checked: Checked = ours ? checkEvent(type, entry.detail) : { fits: true };
    const order = orderOf(entry.seq);
    const about = textOf((entry.detail as Detail)?.aggregate?.id);
    const event: Passed = {
      seq: entry.seq,
      at: entry.at,
      eventId: String(entry.eventId),
      type,
      source,
      ...(!ours && { ofAws: true as const }),
      ...(order && { order }),
      ...(about && { about }),
      fits: checked.fits,
      ...(!checked.fits && { why: checked.why }),
      ...{ rules: 0, delivered: 0, retries: 0, lost: 0, changed: entry.seq },
    };
    events.set(event.seq, event);
    byId.set(event.eventId, event);
    if (events.size > MOST) forget(events.values().next().value as Passed);
  };
  const counted = {
    "events.matched": "rules",
    "events.delivered": "delivered",
    "events.retry": "retries",
    "events.dead-letter": "lost",
    "events.dropped": "lost",
  } as const;
  const hear = (entry: Entry) => {
    if (entry.kind === "events.accepted") return accept(entry);
    if (
      entry.kind === "clock" &&
      typeof entry.to === "number" &&
      /re(wound|set)/.test(`${entry.what}`)
    ) {
      // What came after that moment has not happened.
      for (const event of [...events.values()]) if (event.seq > entry.to) forget(event);
      return;
    }
    const what = counted[entry.kind as keyof typeof counted];
    const event = what && byId.get(String(entry.eventId));
    if (!event) return;
    event[what] += 1;
    event.changed = entry.seq;
  };

  /** All of them, in their order. */
  return (): Map<number, Passed> => {
    for (let page = trace.entries(read, PAGE); page.length > 0; page = trace.entries(read, PAGE)) {
      for (const entry of page) hear(entry);
      read = page.at(-1)?.seq ?? read;
    }
    // The trace forgets its oldest: of those nothing more can be told.
    for (const event of events.values())
      if (event.seq < trace.first) forget(event);
      else break;
    return events;
  };
};
