import type { Entry } from "./entry.ts";
import { nameIn, type Things } from "./things.ts";

/** An entry in a line. */
export type Summary = {
  seq: number;
  at: number;
  kind: string;
  cause?: number;
  of?: number;
  /** The order that it belongs to, where that is one. */
  order?: string;
  /** One short sentence in AWS's words. */
  what: string;
  /** Who did it, and to whom, by the ids of things. */
  who?: string;
  to?: string;
  failed?: true;
  ms?: number;
};

type Told = { what: string; who?: unknown; to?: unknown; failed?: unknown; ms?: unknown };

const SERVICES: Record<string, string> = {
  dynamodb: "DynamoDB",
  streams: "DynamoDB Streams",
  sqs: "SQS",
  events: "EventBridge",
  states: "Step Functions",
  lambda: "Lambda",
  scheduler: "EventBridge Scheduler",
  ses: "SES",
  sts: "STS",
};

const seconds = (ms: unknown) => `${(Number(ms) / 1000).toFixed(1)} s`;
const first = (text: unknown, most = 120) => {
  const [line = ""] = String(text ?? "").split("\n", 1);
  return line.length > most ? `${line.slice(0, most - 1)}…` : line;
};
const errorIn = (error: unknown): string => {
  if (typeof error !== "object" || error === null) return first(error);
  const { errorType, errorMessage, code, message } = error as Record<string, unknown>;
  return first([errorType ?? code, errorMessage ?? message].filter(Boolean).join(": "));
};

/** A key as a person reads it: the values of its attributes. */
const keyIn = (key: unknown): string => {
  if (typeof key !== "object" || key === null) return String(key ?? "");
  return Object.values(key)
    .map((value) => (typeof value === "object" && value !== null ? Object.values(value)[0] : value))
    .join(" ");
};

// biome-ignore lint/suspicious/noExplicitAny: inputs of as many shapes as there are operations
const targetOf = (input: any): unknown =>
  input?.TableName ??
  input?.QueueUrl ??
  input?.FunctionName ??
  input?.EventBusName ??
  input?.stateMachineArn ??
  input?.TransactItems?.map(
    (one: Record<string, { TableName: string }>) => Object.values(one)[0]?.TableName,
  )[0] ??
  Object.keys(input?.RequestItems ?? {})[0];

/** What is said of each kind. `name` gives the name of a thing by whatever stands for it. */
const kinds: Record<string, (entry: Entry, name: (thing: unknown) => string) => Told> = {
  call: ({ caller, service, operation, input }, name) => {
    const to = targetOf(input);
    return {
      what: `${operation} of ${SERVICES[service] ?? service}${to === undefined ? "" : ` on ${name(to)}`}`,
      who: caller?.name,
      to,
    };
  },
  answer: ({ error, units }) => ({
    what: error
      ? `was answered with ${errorIn(error)}`
      : `was answered${units?.write ? `, ${units.write} write units` : ""}${units?.read ? `, ${units.read} read units` : ""}`,
    failed: error,
  }),
  "api.request": ({ method, path, api }) => ({ what: `${method} ${path}`, to: api }),
  "api.response": ({ status }) => ({ what: `was answered with ${status}`, failed: status >= 500 }),
  "url.request": (entry, name) => ({
    what: `${entry.method} ${entry.path} to the URL of ${name(entry.function)}`,
    to: entry.function,
  }),
  "url.response": ({ status }) => ({ what: `was answered with ${status}`, failed: status >= 500 }),
  item: ({ table, key, before, after }, name) => ({
    what: `${before ? (after ? "changed" : "deleted") : "put"} ${keyIn(key)} in ${name(table)}`,
    to: table,
  }),
  "stream.record": ({ table, eventName }, name) => ({
    what: `${eventName} in the stream of ${name(table)}`,
    who: table,
  }),
  "sqs.sent": ({ queue }, name) => ({ what: `message sent to ${name(queue)}`, to: queue }),
  "sqs.received": ({ queue, receives }, name) => ({
    what: `message received from ${name(queue)}${receives > 1 ? `, for the ${receives}. time` : ""}`,
    who: queue,
  }),
  "sqs.deleted": ({ queue }, name) => ({ what: `message deleted from ${name(queue)}`, who: queue }),
  "sqs.dead-letter": ({ queue, to, deadLetterQueue, receives }, name) => ({
    what: `message of ${name(queue)} moved to the dead-letter queue ${name(to ?? deadLetterQueue)} after ${receives} receives`,
    who: queue,
    to: to ?? deadLetterQueue,
    failed: true,
  }),
  "sqs.redriven": ({ queue, from }, name) => ({
    what: `message redriven from ${name(from)} to ${name(queue)}`,
    who: from,
    to: queue,
  }),
  "events.accepted": ({ detailType, bus }, name) => ({
    what: `${detailType} accepted by the bus`,
    to: name(bus),
  }),
  "events.matched": ({ rule, target }, name) => ({
    what: `matched the rule ${name(rule)}`,
    who: rule,
    to: target,
  }),
  "events.delivered": ({ detailType, target }, name) => ({
    what: `${detailType ?? "event"} delivered to ${name(target)}`,
    to: target,
  }),
  "events.retry": ({ target, code, delay, inMs }, name) => ({
    what: `${name(target)} did not take it (${code}); again in ${seconds(delay ?? inMs)}`,
    to: target,
    failed: true,
  }),
  "events.dead-letter": ({ queue, reason }, name) => ({
    what: `event moved to the dead-letter queue ${name(queue)}: ${first(reason)}`,
    to: queue,
    failed: true,
  }),
  "events.dropped": ({ reason }) => ({ what: `event dropped: ${first(reason)}`, failed: true }),
  "events.archived": () => ({ what: "event archived" }),
  "invocation-started": (entry, name) => ({
    what: `${name(entry.function)} invoked`,
    who: entry.function,
  }),
  "invocation-ended": ({ function: fn, error, ms }, name) => ({
    what: error ? `${name(fn)} failed: ${errorIn(error)}` : `${name(fn)} ended`,
    who: fn,
    failed: error,
    ms,
  }),
  log: ({ function: fn, line }, name) => ({ what: `${name(fn)} logged ${first(line)}`, who: fn }),
  "cold-start": ({ function: fn }, name) => ({ what: `cold start of ${name(fn)}`, who: fn }),
  "states.started": ({ machine }, name) => ({
    what: `execution of ${name(machine)} started`,
    who: machine,
  }),
  "states.transition": ({ machine, state }) => ({ what: `entered ${state}`, who: machine }),
  "states.retry": ({ machine, state, error, delay }) => ({
    what: `${state} failed with ${error}; again in ${seconds(delay)}`,
    who: machine,
    failed: true,
  }),
  "states.ended": ({ machine, status, error }, name) => ({
    what: `execution of ${name(machine)} ended: ${status}${error ? ` (${error})` : ""}`,
    who: machine,
    failed: status !== "SUCCEEDED",
  }),
  schedule: ({ name: schedule }, name) => ({
    what: `the schedule ${name(schedule)} fired`,
    who: schedule,
  }),
  "ses.sent": ({ subject }) => ({ what: `e-mail sent: ${first(subject)}` }),
  poll: ({ source, function: fn, got }, name) => ({
    what: `${name(fn)} got ${got} from ${name(source)}`,
    who: source,
    to: fn,
  }),
  fault: ({ what }) => ({ what: `spoilt on purpose: ${first(what)}`, failed: true }),
  clock: ({ what }) => ({ what: `the clock: ${first(what)}` }),
  outside: ({ who, what }) => ({ what: `${first(who)}: ${first(what)}` }),
  "iam.denied": ({ caller, action, resource }, name) => ({
    what: `denied: ${name(caller)} has no statement for ${action} on ${name(resource)}`,
    who: caller,
    to: resource,
    failed: true,
  }),
  throttled: ({ function: fn }, name) => ({
    what: `${name(fn)} throttled`,
    who: fn,
    failed: true,
  }),
};

/** An entry in one short sentence, with who did it to whom. */
export const summaryOf = (
  entry: Entry,
  things: Things,
  orders: ReadonlySet<string> = new Set(),
): Summary => {
  const name = nameIn(things);
  const told = kinds[entry.kind]?.(entry, name) ?? { what: entry.kind };
  const [order] = orders;
  const [who, to] = [told.who, told.to].map((one) => (one === undefined ? undefined : name(one)));
  const { seq, at, kind, cause, of } = entry;
  return {
    seq,
    at,
    kind,
    ...(cause !== undefined && { cause }),
    ...(of !== undefined && { of }),
    ...(order !== undefined && orders.size === 1 && { order }),
    what: told.what,
    ...(who && { who }),
    ...(to && { to }),
    ...(told.failed ? { failed: true as const } : {}),
    ...(typeof told.ms === "number" && { ms: told.ms }),
  };
};
