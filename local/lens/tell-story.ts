import type { Paint } from "../demo/terminal.ts";
import type { Entry } from "./entry.ts";
import { isCompensation } from "./ladders.ts";
import { lastWords } from "./last-words.ts";
import { shortName } from "./short-name.ts";
import { nameIn, type Things } from "./things.ts";

/** What a line needs to be told: whose an entry is, how things are called, and how a dead letter goes on. */
export type StoryTelling = {
  ordersOf: (seq: number) => ReadonlySet<string>;
  get: (seq: number) => Entry | undefined;
  things: Things;
  /** The name under which `npm run redrive` knows a queue, by its ARN. */
  redriven: (arn: string) => string | undefined;
  /** "--port 4566", for the lines that somebody copies. */
  port: string;
  paint: (paint: Paint, text: string) => string;
};

/** Tells the lines of a story. */
export type StoryTeller = {
  /** The line that an entry makes, if it is a hop. */
  hear: (entry: Entry) => string | undefined;
  /** Whether it tells of facts of a kind itself, so that nobody else need. */
  tells: (kind: string) => boolean;
};

type Hop = {
  where: string;
  what: string;
  paint?: Paint;
  /** What somebody does about it, in a line of its own. */
  next?: string | undefined;
};

const [NAME, PLACE] = [12, 24];
/** Where a line of its own begins: below the places. */
const ASIDE = 12 + 2 + NAME + 2;
/** So many orders are known by their names. */
const MOST_MET = 10_000;
const clockTime = (at: number) => new Date(at).toISOString().slice(11, 23);
const seconds = (ms: unknown) => `${(Number(ms) / 1000).toFixed(1)} s`;
const brief = (text: unknown) => {
  // What customers and providers wrote must not steer a terminal.
  const line = String(text)
    .replace(/[\s\p{Cc}]+/gu, " ")
    .trim();
  return line.length > 160 ? `${line.slice(0, 159)}…` : line;
};
const said = (error: Record<string, string>) =>
  brief([error.errorType, error.errorMessage].filter(Boolean).join(": "));

/**
 * Tells orders as they go, a line a hop, each with the order's short name: requests, events on the bus, states of sagas,
 * consumers, e-mails; and dead letters with the reason, and the line that sends them on.
 */
export const createStoryTeller = (telling: StoryTelling): StoryTeller => {
  const { ordersOf, get, things, redriven, port, paint } = telling;
  const words = lastWords();
  const readers = new Map<unknown, unknown>();
  const idOf = nameIn(things);

  /** The line that sends a dead letter on, where one can. */
  const sentOn = (queue: unknown, messageId: unknown) => {
    const name = redriven(String(queue));
    const one = messageId === undefined ? "" : ` --one ${messageId}`;
    return name === undefined ? undefined : `npm run redrive -- ${name}${one} ${port}`;
  };
  const dead = (from: string, queue: unknown, why: string, messageId: unknown): Hop => ({
    where: from,
    what: `DEAD LETTER in ${idOf(queue)}: ${brief(why)}`,
    paint: "red",
    next: sentOn(queue, messageId),
  });

  /** What a consumer took. What requests and states bring about is told with these. */
  const takenBy = (started: number | undefined): string | undefined => {
    const call = get(get(started ?? 0)?.cause ?? 0);
    const given = get(call?.cause ?? 0);
    if (given?.kind === "events.matched") return `took ${brief(given.detailType)}`;
    // Of a relay, the bus tells what it brought.
    return given?.kind === "poll" && String(given.source).includes(":sqs:")
      ? `took ${given.got} of ${idOf(given.source)}`
      : undefined;
  };

  const hops: Record<string, (entry: Entry) => Hop | undefined> = {
    "api.response"({ of, status }) {
      const request = get(of ?? 0);
      if (!request || request.method === "GET") return undefined;
      const where = brief(`${request.method} ${request.path}`);
      return { where, what: `answered with ${status}`, ...(status >= 400 && { paint: "yellow" }) };
    },
    "events.accepted": ({ detailType, bus }) =>
      bus === "default" ? undefined : { where: "bus", what: brief(detailType) },
    "states.transition": ({ machine, state, type }) =>
      type === "Task"
        ? {
            where: idOf(machine),
            what: isCompensation(state) ? `${state}, a compensation` : state,
            ...(isCompensation(state) && { paint: "magenta" }),
          }
        : undefined,
    "states.retry": ({ machine, state, error, delay }) => ({
      where: idOf(machine),
      what: `${state} failed with ${error}, again in ${seconds(delay)}`,
      paint: "yellow",
    }),
    "states.ended": ({ machine, status, error }) => ({
      where: idOf(machine),
      what: `ended: ${status}${error ? ` (${error})` : ""}`,
      paint: status === "SUCCEEDED" ? "green" : "red",
    }),
    "events.retry": ({ detailType, target, code, delay, inMs }) => ({
      where: idOf(target),
      what: `did not take ${detailType} (${code}), again in ${seconds(delay ?? inMs)}`,
      paint: "yellow",
    }),
    "invocation-ended"({ of, function: fn, error }) {
      const where = idOf(fn);
      if (error) return { where, what: `failed: ${said(error)}`, paint: "yellow" };
      const taken = takenBy(of);
      return taken === undefined ? undefined : { where, what: taken };
    },
    "ses.sent": ({ subject }) => ({ where: "e-mail", what: brief(subject), paint: "green" }),
    "sqs.dead-letter"({ queue, to, deadLetterQueue, messageId, receives }) {
      const why = words.of(readers.get(idOf(queue)));
      const times = `received ${receives} times and never deleted`;
      return dead(idOf(queue), to ?? deadLetterQueue, why ? `${why}; ${times}` : times, messageId);
    },
    "events.dead-letter": ({ target, queue, reason, messageId }) =>
      dead(idOf(target), queue, String(reason), messageId),
    "scheduler.dead-letter": ({ schedule, queue, reason, messageId }) =>
      dead(idOf(schedule), queue, String(reason), messageId),
    "sqs.redriven": ({ queue, from }) => ({
      where: idOf(from),
      what: `redriven to ${idOf(queue)}`,
    }),
  };

  /** Who is met for the first time is told with the whole id. */
  const met = new Set<string>();
  const introduced = (orders: ReadonlySet<string>): string => {
    const fresh = [...orders].filter((id) => !met.has(id));
    if (met.size >= MOST_MET) met.clear();
    for (const id of fresh) met.add(id);
    return fresh.length > 0 ? paint("dim", `  ${fresh.join(" ")}`) : "";
  };
  const named = ([first, ...others]: string[]): string => {
    if (first === undefined) return "-";
    return others.length > 0 ? `${shortName(first)} +${others.length}` : shortName(first);
  };

  return {
    tells: (kind) => kind.endsWith(".dead-letter"),
    hear(entry) {
      words.hear(entry);
      if (entry.kind === "poll") readers.set(idOf(entry.source), entry.function);
      const hop = hops[entry.kind]?.(entry);
      if (!hop) return undefined;
      const orders = ordersOf(entry.seq);
      // What is no order's is another story; but a dead letter is always told.
      if (orders.size === 0 && hop.next === undefined) return undefined;
      const { where, what, paint: colour, next } = hop;
      const text = colour ? paint(colour, what) : what;
      const name = named([...orders]).padEnd(NAME);
      return `${paint("dim", clockTime(entry.at))}  ${name}  ${where.padEnd(PLACE)}  ${text}${introduced(orders)}${next === undefined ? "" : `\n${" ".repeat(ASIDE)}${next}`}`;
    },
  };
};
