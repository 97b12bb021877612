import { unmarshall } from "@aws-sdk/util-dynamodb";

/** An event of ours in its envelope, as far as it is known by its shape. */
type Envelope = Record<string, unknown>;

const DEEPEST = 12;
/** So many are looked for in one event of a function. */
const MOST = 10;

// biome-ignore lint/suspicious/noExplicitAny: it is being found out what it is
const isEnvelope = (value: any): boolean =>
  typeof value.id === "string" && typeof value.type === "string" && isPart(value.aggregate);
const isPart = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;

/** The value that a text is the JSON of; the text itself where it is none. */
export const parsed = (value: unknown): unknown => {
  if (typeof value !== "string" || !/^\s*[{[]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
};

const collect = (given: unknown, found: Envelope[], depth: number): void => {
  const value = parsed(given);
  if (!isPart(value) || depth > DEEPEST || found.length >= MOST) return;
  if (isEnvelope(value)) return void found.push(value);
  if (isPart(value.NewImage)) {
    const row = unmarshall(value.NewImage as Parameters<typeof unmarshall>[0]);
    collect(row, found, depth + 1);
  } else for (const part of Object.values(value)) collect(part, found, depth + 1);
};

/** The events of ours in what a function was given: from a stream, a queue or the bus, in whatever they are wrapped. */
export const envelopesIn = (event: unknown): Envelope[] => {
  const found: Envelope[] = [];
  collect(event, found, 0);
  return found;
};
