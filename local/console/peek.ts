import { unmarshall } from "@aws-sdk/util-dynamodb";
import { isObject } from "emulator/kernel/json";
import type { Entry, Trace } from "emulator/kernel/trace";
import { readLetter } from "../redrive/letters.ts";
import { checkEvent, isOfAws } from "./event-check.ts";
import type { Line } from "./queue-list.ts";
import type { Sight } from "./sight.ts";

/** A message as the emulator keeps it. */
type Kept = {
  id: string;
  queue: string;
  body: string;
  attributes?: Record<string, { DataType: string; StringValue?: string }>;
  sentAt: number;
  receives: number;
  receivesHere: number;
  visibleAt: number;
  source?: string;
};

/** What waits somewhere, as it is shown. */
export type Waiting = {
  id: string;
  body: string;
  what: string;
  at: number;
  state: "visible" | "in flight" | "delayed";
  receives: number;
  attempts?: number;
  reason?: string;
  order?: string;
  /** Why the event in it is not as its contract says. */
  misfit?: string;
};

/** So many are shown at once. */
export const MOST_SHOWN = 1_000;
const PAGE = 5_000;

// biome-ignore lint/suspicious/noExplicitAny: whatever somebody sent
type Anything = any;

/** What does not fit of the event in a body; undefined where it fits, or where it is no event of ours. */
export const misfitOf = (value: Anything): string | undefined => {
  const brought = isObject(value?.detail);
  if (brought && isOfAws(String(value.source))) return undefined;
  const type = value?.["detail-type"] ?? value?.detail?.type ?? value?.type;
  if (!brought && !/^[a-z-]+\.\w+\.v\d+$/.test(String(type))) return undefined;
  const checked = checkEvent(String(type ?? "nothing"), brought ? value.detail : value);
  return checked.fits ? undefined : checked.why;
};

/** All messages of all queues, looked at where they are kept: nothing is received. */
export const messagesKept = (sight: Pick<Sight, "shop">): Map<string, Kept[]> => {
  const part = sight.shop.cloud.keeper.parts.get("sqs.messages");
  const found = new Map<string, Kept[]>();
  for (const key of part?.keys() ?? []) {
    const message = part?.get(key) as Kept | undefined;
    if (!message) continue;
    const those = found.get(message.queue) ?? [];
    if (those.length === 0) found.set(message.queue, those);
    those.push(message);
  }
  return found;
};

const errorOf = (error: unknown): string => {
  const { errorType, errorMessage } = (error ?? {}) as Record<string, string>;
  if (errorMessage) return errorType ? `${errorType}: ${errorMessage}` : errorMessage;
  return typeof error === "string" ? error : JSON.stringify(error);
};

/** What the functions said that had messages in their hands when they failed, by the messages' ids. */
const lastWords = (trace: Trace, ids: ReadonlySet<string>): Map<string, string> => {
  const said = new Map<string, string>();
  const way = new Map<number, string[]>();
  const idsBehind = ({ cause, causes }: Entry) =>
    (causes ?? [cause ?? 0]).flatMap((seq) => way.get(seq) ?? []);
  let read = Math.max(0, trace.last - 200_000);
  for (let page = trace.entries(read, PAGE); page.length > 0; page = trace.entries(read, PAGE)) {
    for (const entry of page) {
      if (entry.kind === "sqs.received" && ids.has(String(entry.messageId)))
        way.set(entry.seq, [String(entry.messageId)]);
      else if (
        entry.kind === "poll" ||
        entry.kind === "invocation-started" ||
        entry.kind === "call"
      ) {
        const behind = idsBehind(entry);
        if (behind.length > 0) way.set(entry.seq, behind);
      } else if (entry.kind === "log" && /"level":"(ERROR|WARN)"/i.test(String(entry.line))) {
        for (const id of idsBehind(entry)) said.set(id, logged(String(entry.line)));
      } else if (entry.kind === "invocation-ended" && entry.error)
        for (const id of way.get(entry.of ?? 0) ?? []) said.set(id, errorOf(entry.error));
    }
    read = page.at(-1)?.seq ?? Number.MAX_SAFE_INTEGER;
  }
  return said;
};

const logged = (line: string): string => {
  try {
    const { message, error } = JSON.parse(line);
    const text = error?.message ?? error ?? "";
    return [message, typeof text === "string" ? text : JSON.stringify(text)]
      .filter(Boolean)
      .join(": ");
  } catch {
    return line.slice(0, 500);
  }
};

const ULID = /ord_[0-9A-HJKMNP-TV-Z]{26}/;
const more = (body: string, value: unknown) => {
  const order = ULID.exec(body)?.[0];
  const misfit = misfitOf(value);
  return { ...(order && { order }), ...(misfit && { misfit }) };
};

/** Looks at the messages of a queue: no receive is counted, and nothing is hidden from its reader. */
export const peekQueue = (sight: Sight, { name, kind }: Line): Waiting[] => {
  const now = sight.clock.now();
  const kept = (messagesKept(sight).get(name) ?? [])
    .toSorted((a, b) => a.sentAt - b.sentAt)
    .slice(0, MOST_SHOWN);
  const said = lastWords(sight.trace, new Set(kept.map(({ id }) => id)));
  return kept.map((message) => {
    const letter = readLetter({
      MessageId: message.id,
      Body: message.body,
      MessageAttributes: message.attributes ?? {},
      Attributes: {
        SentTimestamp: String(message.sentAt),
        // A look by SQS itself would count as one more.
        ApproximateReceiveCount: String(message.receives + 1),
        ...(message.source && { DeadLetterQueueSourceArn: message.source }),
      },
    });
    const hidden = message.visibleAt > now;
    const reason =
      message.source || kind === "queue"
        ? (said.get(message.id) ?? (kind === "queue" ? undefined : letter.reason))
        : letter.reason;
    const attempts = letter.attempts ?? (kind === "queue" ? message.receives : undefined);
    return {
      id: message.id,
      body: message.body,
      what: letter.what,
      at: message.sentAt,
      state: hidden ? (message.receivesHere === 0 ? "delayed" : "in flight") : "visible",
      receives: message.receives,
      ...(attempts !== undefined && { attempts }),
      ...(reason && { reason }),
      ...more(message.body, letter.value),
    };
  });
};

/** So many rows of all tables are gone through for those of outboxes. */
const MOST_ROWS = 300_000;

/** The rows of outboxes, looked at where they are kept: a Scan would be another read in the books. */
const rowsKept = ({ shop }: Pick<Sight, "shop">, counts: ReadonlyMap<string, number>) => {
  const part = shop.cloud.keeper.parts.get("dynamodb.rows");
  const found = new Map<string, Anything[]>();
  let missing = [...counts.values()].reduce((sum, count) => sum + count, 0);
  let looked = 0;
  for (const key of missing > 0 ? (part?.keys() ?? []) : []) {
    if (missing <= 0 || ++looked > MOST_ROWS) break;
    const table = key.split("\u0000")[0] ?? "";
    if (!counts.has(table)) continue;
    const item = part?.get(key);
    const rows = found.get(table) ?? [];
    if (rows.length === 0) found.set(table, rows);
    if (item) rows.push(item);
    missing -= 1;
  }
  return found;
};

/** Looks at the rows of outboxes, the oldest first: events that are not yet published. */
export const peekOutboxes = async (
  sight: Sight,
  lines: readonly Line[],
): Promise<Map<string, Waiting[]>> => {
  const counts = new Map<string, number>();
  for (const { name } of lines) {
    const { Table } = await sight.look("dynamodb", "DescribeTable", { TableName: name });
    if (Table.ItemCount > 0) counts.set(name, Table.ItemCount);
  }
  const kept = rowsKept(sight, counts);
  return new Map(
    lines.map(({ name }) => [name, (kept.get(name) ?? []).map(rowOf).toSorted(byAge)]),
  );
};

const byAge = (a: Waiting, b: Waiting) => a.at - b.at;

const rowOf = (item: Anything): Waiting => {
  const row = unmarshall(item);
  const { envelope = row } = row;
  const body = JSON.stringify(envelope);
  const about = envelope.aggregate?.id;
  return {
    id: `${row.pk} ${row.sk}`,
    body,
    what: `${envelope.type ?? "a row that is no event"}${about ? ` of ${about}` : ""}`,
    at: Date.parse(envelope.time) || 0,
    state: "visible",
    receives: 0,
    ...more(body, envelope),
  };
};
