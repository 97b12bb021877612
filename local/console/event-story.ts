import type { Trace } from "emulator/kernel/trace";
import { causesOf } from "../lens/entry.ts";

/** How one rule's target took an event. */
export type Taken = {
  rule: string;
  target: string;
  replayed?: true;
  delivered?: number;
  retries: number;
  lost?: string;
  attempts: Attempt[];
};

/** One invocation of a function that had the event in its hands. */
type Attempt = {
  seq: number;
  at: number;
  function: string;
  ms?: number;
  error?: string;
  ended: boolean;
};

/** So many entries are looked through for what became of an event. */
const MOST_LOOKED_AT = 200_000;
const PAGE = 5_000;

/** On the way from a rule to the function that consumes. */
const steps = new Set(["call", "sqs.sent", "sqs.received", "sqs.dead-letter", "poll"]);

const sentence = (value: unknown): string => {
  const { errorType, errorMessage } = (value ?? {}) as {
    errorType?: string;
    errorMessage?: string;
  };
  const text = errorMessage ?? (typeof value === "string" ? value : JSON.stringify(value));
  return errorType ? `${errorType}: ${text}` : text;
};

/** Messages of a batch that a function gave back. */
const returned = (output: unknown): Set<string> => {
  try {
    const value = typeof output === "string" ? JSON.parse(output) : output;
    const { batchItemFailures = [] } = value as {
      batchItemFailures?: { itemIdentifier: string }[];
    };
    return new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
  } catch {
    return new Set();
  }
};

type Names = {
  /** What people call a thing. */
  idOf: (name: unknown) => string;
  /** Where what a target gave up waits. */
  deadLettersOf: (target: string) => string | undefined;
};

/** Which rules an event matched, and who consumed it and how: read from the trace, each time that it is asked. */
export const storyOfEvent = (
  trace: Trace,
  event: { seq: number; eventId: string },
  { idOf, deadLettersOf }: Names,
): Taken[] => {
  const taken: Taken[] = [];
  /** Whose way an entry is on. */
  const way = new Map<number, Taken>();
  const attempts = new Map<number, { attempt: Attempt; of: Taken }>();
  const messages = new Map<string, Taken>();
  const until = event.seq + MOST_LOOKED_AT;
  for (let read = event.seq; read < until; ) {
    const page = trace.entries(read, PAGE);
    if (page.length === 0) break;
    read = page.at(-1)?.seq ?? until;
    for (const entry of page) {
      if (entry.kind === "events.matched" && entry.eventId === event.eventId) {
        const one: Taken = {
          rule: idOf(entry.rule),
          target: idOf(entry.target),
          ...(entry.cause !== event.seq && { replayed: true as const }),
          retries: 0,
          attempts: [],
        };
        taken.push(one);
        way.set(entry.seq, one);
        continue;
      }
      if (entry.kind === "invocation-ended") {
        const found = attempts.get(entry.of ?? 0);
        if (!found) continue;
        const { attempt, of } = found;
        attempt.ended = true;
        if (typeof entry.ms === "number") attempt.ms = entry.ms;
        const again = returned(entry.output);
        if (entry.error) attempt.error = sentence(entry.error);
        else if ([...again].some((id) => messages.get(id) === of))
          attempt.error = "It gave the message back, to try it again.";
        continue;
      }
      // A consumer that does not understand it puts it there itself.
      if (entry.kind === "sqs.sent" && String(entry.body).includes(event.eventId)) {
        const queue = idOf(entry.queue);
        const of = taken.find(({ target }) => deadLettersOf(target) === queue);
        if (of) of.lost = `Its consumer gave it up: it is in ${queue}.`;
      }
      const from = causesOf(entry).map((cause) => way.get(cause));
      for (const of of new Set(from)) {
        if (!of) continue;
        if (entry.kind === "events.delivered") of.delivered = entry.at;
        else if (entry.kind === "events.retry") of.retries += 1;
        else if (/^events\.(dead-letter|dropped)$/.test(entry.kind)) of.lost = String(entry.reason);
        else if (entry.kind === "invocation-started") {
          const attempt: Attempt = {
            seq: entry.seq,
            at: entry.at,
            function: idOf(entry.function),
            ended: false,
          };
          of.attempts.push(attempt);
          attempts.set(entry.seq, { attempt, of });
        } else if (steps.has(entry.kind)) {
          way.set(entry.seq, of);
          if (entry.kind === "sqs.sent") messages.set(String(entry.messageId), of);
          if (entry.kind === "sqs.dead-letter")
            of.lost = `It is in ${idOf(entry.to)} after ${entry.receives} receives.`;
        }
      }
    }
  }
  return taken;
};
