import { currentTrace, MAX_HOPS } from "./context.ts";
import type { DomainEvent, Envelope } from "./event.ts";
import type { Write } from "./transact.ts";
import { newUlid } from "./ulid.ts";

/** Whose history an event belongs to, and its place in it. */
export type Place = { source: string; aggregate: { type: string; id: string; version: number } };

/** Puts an event into its envelope: the form in which it is stored, published and archived. */
export const seal = <Event extends DomainEvent>(event: Event, place: Place): Envelope<Event> => {
  const { correlationId, causationId, hop, traceparent } = currentTrace();
  if (hop >= MAX_HOPS) throw new Error(`${event.type} would make hop ${hop + 1}: a loop`);
  return {
    ...event,
    id: `evt_${newUlid()}`,
    time: new Date().toISOString(),
    ...place,
    correlationId,
    causationId,
    hop: hop + 1,
    traceparent,
  };
};

/** A row's key in an outbox table: the aggregate's events share a partition, so its stream keeps their order. */
export const outboxKey = ({ aggregate }: Pick<Envelope, "aggregate">) => ({
  pk: aggregate.id,
  sk: String(aggregate.version).padStart(6, "0"),
});

/** A row of an outbox table. */
export type OutboxRow = ReturnType<typeof outboxKey> & { envelope: Envelope };

/** The bus takes a name of so many characters (https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsRequestEntry.html). */
const LONGEST_TYPE = 128;

/** Whether a row can be published at all. Ours can; somebody may have written another one by hand. */
export const isOutboxRow = ({ envelope }: { envelope?: Partial<Envelope> | undefined }): boolean =>
  typeof envelope?.type === "string" &&
  envelope.type.length > 0 &&
  envelope.type.length <= LONGEST_TYPE &&
  typeof envelope.source === "string" &&
  typeof envelope.aggregate?.version === "number" &&
  typeof envelope.time === "string" && // or whoever wrote { toString: 1 } by hand would end the relay with it
  !Number.isNaN(Date.parse(envelope.time));

/**
 * The most bytes that a sealed event may have as JSON. The narrowest place on its way is a saga's input, 256 KiB; the rest is
 * room for what the bus puts around it (https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html).
 */
export const LARGEST_EVENT = 240 * 1024;

/** Refuses an event that is too large before anything is written: afterwards the change would stand, and nobody could hear of it. */
const weighed = (envelope: Envelope): Envelope => {
  const bytes = Buffer.byteLength(JSON.stringify(envelope));
  if (bytes <= LARGEST_EVENT) return envelope;
  const what = `${envelope.type} of ${envelope.aggregate.id}`;
  throw new Error(`${what} has ${bytes} bytes; an event may have ${LARGEST_EVENT} at most`);
};

/**
 * An event that has certainly happened and still has to be told: written in the transaction that made it
 * happen, deleted once it is published. A row that exists is not yet published.
 */
const outboxRow = (table: string, envelope: Envelope): Write => ({
  Put: {
    TableName: table,
    Item: { ...outboxKey(envelope), envelope: weighed(envelope) },
    ConditionExpression: "attribute_not_exists(pk)",
  },
});

/** The outbox rows of what happened to an aggregate after its event number `from`, in its order. Throws on an event that is too large. */
export const outboxRows = (
  table: string,
  events: readonly DomainEvent[],
  { source, type, id, from }: { source: string; type: string; id: string; from: number },
): Write[] =>
  events.map((event, i) => {
    const aggregate = { type, id, version: from + i + 1 };
    return outboxRow(table, seal(event, { source, aggregate }));
  });
