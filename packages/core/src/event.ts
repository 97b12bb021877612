import * as z from "zod";
import { MAX_HOPS, TRACEPARENT } from "./context.ts";

/** Something that happened, before anyone was told. */
export type DomainEvent = { type: string; data: unknown };

/** Lifts the data of an older version of an event to this one. */
type Upcast<Data> = { from: EventContract; lift: (data: never) => Data };

/** A contract: the name, the shape, the constructor and the parser of one event, in one value. */
export const defineEvent = <const Type extends string, Schema extends z.ZodType>(
  type: Type,
  schema: Schema,
  upcasts: Upcast<z.input<Schema>>[] = [],
) => {
  const parse = (data: unknown): { type: Type; data: z.output<Schema> } => ({
    type,
    data: schema.parse(data),
  });
  const create = (data: z.input<Schema>) => parse(data);
  return Object.assign(create, { type, schema, parse, upcasts });
};

/** An upcaster for `defineEvent`: readers of the new version understand the old one through it. */
export const upcast = <Old extends EventContract, Data>(
  from: Old,
  lift: (data: EventOf<Old>["data"]) => Data,
): Upcast<Data> => ({ from, lift: lift as (data: never) => Data });

/** Any contract, as those who only route or parse see it. */
export type EventContract = {
  type: string;
  schema: z.ZodType;
  parse: (data: unknown) => DomainEvent;
  upcasts: Upcast<unknown>[];
};

/** The event a contract describes. A union of contracts gives a union of events. */
export type EventOf<Contract extends EventContract> = ReturnType<Contract["parse"]>;

/** The wire types a reader of these contracts understands: their own, and the older ones they can lift. */
export const typesOf = (contracts: readonly EventContract[]): string[] =>
  contracts.flatMap(({ type, upcasts }) => [type, ...upcasts.map(({ from }) => from.type)]);

/** The schema of a trace (context.ts). */
export const Trace = z.object({
  correlationId: z.string().min(1).max(128),
  causationId: z.string().min(1).max(128),
  hop: z.int().nonnegative(),
  traceparent: z.string().regex(TRACEPARENT),
});

/** What the wire adds to an event: the `detail` of the EventBridge event, beside its data. Ids only, no personal data. */
export const Envelope = Trace.extend({
  id: z.string(),
  type: z.string(),
  time: z.iso.datetime(),
  source: z.string(),
  aggregate: z.object({ type: z.string(), id: z.string(), version: z.int().positive() }),
  data: z.unknown(),
});

/** An event on the wire. `aggregate.version` is its place in that aggregate's history. */
export type Envelope<Event extends DomainEvent = DomainEvent> = Omit<
  z.infer<typeof Envelope>,
  "type" | "data"
> &
  Event;

/** It would not go better if the event came again: a person has to look. The message, a sentence for them, has no personal data. */
export class NeedsAPerson extends Error {
  override name = "NeedsAPerson";
}

/** What came is none of the events that its reader knows, or not as agreed. */
export class NotUnderstood extends NeedsAPerson {
  override name = "NotUnderstood";
}

/** What a schema has against a value, and where in it, in one line: logs and terminals show no more of an error. */
const against = ({ issues }: z.ZodError): string =>
  issues
    .map(
      ({ message, path }) => `${message}${path.length > 0 ? ` at ${z.core.toDotPath(path)}` : ""}`,
    )
    .join("; ");

const parsed = <Value>(what: string, parse: () => Value): Value => {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    throw new NotUnderstood(`${what}: ${against(error)}`);
  }
};

/** Reads what the wire delivered as one of the contracts. Throws NotUnderstood where it is none of them, or not as agreed. */
export const openEnvelope = <Contract extends EventContract>(
  contracts: readonly Contract[],
  detail: unknown,
): Envelope<EventOf<Contract>> => {
  const envelope = parsed("The envelope", () => Envelope.parse(detail));
  const { type, hop, data } = envelope;
  if (hop > MAX_HOPS) throw new NotUnderstood(`${type} has made ${hop} hops: a loop`);
  const contract = contracts.find((one) => typesOf([one]).includes(type));
  if (!contract) throw new NotUnderstood(`Nobody here understands ${type}`);
  return parsed(type, () => {
    const older = contract.upcasts.find(({ from }) => from.type === type);
    const now = older ? older.lift(older.from.parse(data).data as never) : data;
    return { ...envelope, ...contract.parse(now) } as Envelope<EventOf<Contract>>;
  });
};
