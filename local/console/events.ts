import { isObject } from "emulator/kernel/json";
import type { Entry } from "emulator/kernel/trace";
import { fromOutside, orUnderWay } from "../control/outside.ts";
import { nameIn, thingsOf } from "../lens/things.ts";
import { Refused } from "./answers.ts";
import { type Checked, checkEvent } from "./event-check.ts";
import { storyOfEvent } from "./event-story.ts";
import { eventsPassed, type Passed } from "./events-passed.ts";
import { queuesIn } from "./queue-list.ts";
import { numberIn, type Routes } from "./resource.ts";
import type { Sight } from "./sight.ts";

/** So many events one answer has. */
const MOST = 10_000;

type Sent = { EventBusName: string; Source: string; DetailType: string; Detail: string };

const words = (query: URLSearchParams, name: string) =>
  (query.get(name) ?? "").trim().toLowerCase().slice(0, 200);

const detailOf = (text: unknown): unknown => {
  if (isObject(text)) return text;
  try {
    const value: unknown = JSON.parse(String(text));
    if (isObject(value)) return value;
  } catch (error) {
    throw new Refused(400, `The detail is not JSON: ${(error as Error).message}.`);
  }
  throw new Refused(400, "The detail is a JSON object.");
};

const putEvents = (entry: Sent) =>
  `events put-events --entries '${JSON.stringify([entry]).replaceAll("'", "'\\''")}'`;

/** Events as they pass: a list with filters, one with all that became of it, and sending one. */
export const eventRoutes = ({ shop, trace, lens, clock }: Sight): Routes => {
  const passed = eventsPassed(trace, lens.orderOf);
  const idOf = nameIn(thingsOf(shop.graph));
  const deadLetters = new Map(queuesIn(shop.graph).map((one) => [one.id, one.deadLetters]));
  const deadLettersOf = (target: string) => deadLetters.get(target);
  const textOf = (seq: number) => JSON.stringify(trace.get(seq)?.detail ?? "").toLowerCase();

  const acceptedAt = (text: unknown): { event: Passed; entry: Entry } => {
    const event = passed().get(Number(text));
    const entry = event && trace.get(event.seq);
    if (!entry && lens.isUndone(Number(text)))
      throw new Refused(
        410,
        "This event is not in this life of the shop any more: time was put back to before it was sent.",
      );
    if (!entry)
      throw new Refused(404, `The trace has no event ${String(text).slice(0, 20)} any more.`);
    return { event, entry };
  };
  const sentAs = (entry: Entry): Sent => ({
    EventBusName: String(entry.bus),
    Source: String(entry.source),
    DetailType: String(entry.detailType),
    Detail: JSON.stringify(entry.detail),
  });
  const busName = () =>
    String(shop.graph.resources.find(({ type }) => type.endsWith(":EventBus"))?.outputs.name);

  /** What is to be sent: an event that passed, as it was or edited, or one that is written anew. */
  const wanted = (body: Record<string, unknown>): Sent => {
    const from = body.seq === undefined ? undefined : sentAs(acceptedAt(body.seq).entry);
    const { type = from?.DetailType, source = from?.Source, detail } = body;
    if (typeof type !== "string" || type === "" || type.length > 128)
      throw new Refused(
        400,
        "Of which type is the event? type is a text of 128 characters at most.",
      );
    if (typeof source !== "string" || source === "" || source.length > 256)
      throw new Refused(400, "Who says it? source is a text of 256 characters at most.");
    if (detail === undefined && !from)
      throw new Refused(400, "An event has a detail, a JSON object.");
    const Detail = detail === undefined ? (from?.Detail ?? "") : JSON.stringify(detailOf(detail));
    return {
      EventBusName: from?.EventBusName ?? busName(),
      Source: source,
      DetailType: type,
      Detail,
    };
  };
  const send = async (entry: Sent, checked: Checked) => {
    const [sent] = (await shop.call("events", "PutEvents", { Entries: [entry] })).Entries;
    if (sent.ErrorCode) throw new Refused(400, `${sent.ErrorCode}: ${sent.ErrorMessage}`);
    return {
      eventId: sent.EventId,
      said: `${entry.DetailType} was sent, as ${sent.EventId}.`,
      next: checked.fits
        ? "Who did what its own id asks for already does nothing again; who hears of it for the first time does it once."
        : "Nobody understands it: each of its consumers gives it up, and it lies among their dead letters with the reason.",
      aws: putEvents(entry),
    };
  };

  return {
    "GET events"({ query }) {
      const since = numberIn(query, "since", { usual: 0, most: Number.MAX_SAFE_INTEGER });
      const limit = Math.max(1, numberIn(query, "limit", { usual: 1_000, most: MOST }));
      const [type, order, text] = ["type", "order", "text"].map((name) => words(query, name));
      const all = [...passed().values()];
      const found: Passed[] = [];
      for (let i = all.length - 1; i >= 0 && found.length < limit; i--) {
        const event = all[i] as Passed;
        if (event.changed <= since) continue;
        if (type && !event.type.toLowerCase().includes(type)) continue;
        if (order && !`${event.order ?? ""} ${event.about ?? ""}`.toLowerCase().includes(order))
          continue;
        if (text && !textOf(event.seq).includes(text) && !event.eventId.includes(text)) continue;
        found.push(event);
      }
      return {
        epoch: trace.epoch,
        now: clock.now(),
        first: trace.first,
        last: trace.last,
        total: all.length,
        types: [...new Set(all.map((event) => event.type))].sort(),
        events: found.reverse(),
      };
    },
    "GET events/:seq"({ parts: [seq] }) {
      const { event, entry } = acceptedAt(seq);
      const sent = sentAs(entry);
      return {
        ...event,
        bus: entry.bus,
        detail: entry.detail,
        taken: storyOfEvent(trace, event, { idOf, deadLettersOf }),
        aws: putEvents(sent),
      };
    },
    "POST events/check"({ body }) {
      const sent = wanted(body());
      return { ...checkEvent(sent.DetailType, JSON.parse(sent.Detail)), aws: putEvents(sent) };
    },
    async "POST events/send"({ body }) {
      const asked = body();
      const sent = wanted(asked);
      const checked = checkEvent(sent.DetailType, JSON.parse(sent.Detail));
      const edited =
        asked.seq === undefined || asked.detail !== undefined || asked.type !== undefined;
      if (edited && !checked.fits && asked.anyway !== true)
        throw new Refused(400, `It does not fit its contract, and was not sent. ${checked.why}`);
      const what = `send ${sent.DetailType}${edited ? " (edited)" : " again"}`;
      return orUnderWay(
        shop,
        fromOutside(shop, { who: "the console", what }, () => send(sent, checked)),
      );
    },
  };
};
