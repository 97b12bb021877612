import {
  AwsError,
  type Caller,
  type Engine,
  notEmulated,
  type World,
} from "../../kernel/engine.ts";
import { isObject } from "../../kernel/json.ts";
import { uuid } from "../../kernel/uuid.ts";
import { crush, validatePattern } from "./patterns.ts";
import type { Bus, Registry } from "./registry.ts";
import type { BusEvent } from "./target-input.ts";

/** The largest sum of a PutEvents call's entries, in bytes. */
const maximumSize = 1_048_576;

/** PutEvents takes JSON of so many levels. */
const deepest = 1000;

/** A DetailType has at most so many characters. */
const longestDetailType = 128;

/** The end of time as a Date has it, in milliseconds. */
const latest = 8.64e15;

const validation = (message: string) => new AwsError("ValidationException", message);

const sizeOf = (entry: Record<string, unknown>) => {
  const bytes = (text: unknown) => Buffer.byteLength(String(text ?? ""));
  const resources = (entry.Resources ?? []) as string[];
  return (
    (entry.Time ? 14 : 0) +
    bytes(entry.Source) +
    bytes(entry.DetailType) +
    bytes(entry.Detail) +
    resources.reduce((sum, resource) => sum + bytes(resource), 0)
  );
};

const isTooDeep = (value: object): boolean => {
  let level: object[] = [value];
  for (let depth = 1; level.length > 0; depth += 1) {
    if (depth > deepest) return true;
    level = level.flatMap((outer) =>
      Object.values(outer).filter((inner) => typeof inner === "object" && inner !== null),
    );
  }
  return false;
};

/** An object that a text of JSON holds, or undefined; also where it is nested deeper than EventBridge reads. */
export const objectIn = (text: string): Record<string, unknown> | undefined => {
  try {
    const value = JSON.parse(text);
    if (!isObject(value)) return undefined;
    return text.length > 2 * deepest && isTooDeep(value) ? undefined : value;
  } catch {
    return undefined;
  }
};

const refused = (ErrorCode: string, ErrorMessage: string) => ({ ErrorCode, ErrorMessage });
const notValid = (name: string, reason: string) =>
  refused("InvalidArgument", `Parameter ${name} is not valid. Reason: ${reason}`);

/** The operations that take events. `accept` brings one to the rules of its bus. */
export const eventOperations = (
  { clock, account, region, note, trace }: World,
  registry: Registry,
  accept: (bus: Bus, event: BusEvent) => void,
): Engine["operations"] => {
  // biome-ignore lint/suspicious/noExplicitAny: an entry as the caller sent it
  const put = (entry: any, caller: Caller) => {
    const required = ["Source", "DetailType", "Detail"].find((name) => !entry[name]);
    if (required) return notValid(required, `${required} is a required argument.`);
    if (entry.DetailType.length > longestDetailType)
      return notValid("DetailType", `DetailType is longer than ${longestDetailType} characters.`);
    const detail = objectIn(entry.Detail);
    if (!detail) return refused("MalformedDetail", "Detail is malformed.");
    if (entry.Source.startsWith("aws.") && !caller.role.endsWith(".amazonaws.com"))
      return refused("NotAuthorizedForSourceException", "Not authorized for the source.");
    const ms = entry.Time === undefined ? clock.now() : Number(entry.Time) * 1000;
    if (!(Math.abs(ms) <= latest)) return notValid("Time", "Time is not a timestamp.");
    const event: BusEvent = {
      version: "0",
      id: uuid(clock, `events id ${caller.invocation ?? caller.name}`),
      "detail-type": entry.DetailType,
      source: entry.Source,
      account,
      time: new Date(Math.floor(ms / 1000) * 1000).toISOString().replace(".000", ""),
      region,
      resources: [...(entry.Resources ?? [])],
      detail,
    };
    const bus = registry.bus(entry.EventBusName);
    const told = {
      bus: registry.busNameOf(entry.EventBusName),
      eventId: event.id,
      detailType: event["detail-type"],
      source: event.source,
      caller: caller.name,
    };
    if (!bus) {
      // AWS takes events for a bus that does not exist, and forgets them.
      const reason = "The event bus does not exist.";
      note({ kind: "events.dropped", ...told, reason, code: "NO_RESOURCE" });
      return { EventId: event.id };
    }
    const { seq } = note({ kind: "events.accepted", ...told }, { detail }, entry.Detail.length);
    trace.under(seq, () => accept(bus, event));
    return { EventId: event.id };
  };
  return {
    PutEvents({ Entries, EndpointId }, caller) {
      if (EndpointId) throw notEmulated("events", "the parameter EndpointId of PutEvents");
      const size = Entries.reduce((sum: number, entry: object) => sum + sizeOf({ ...entry }), 0);
      if (size > maximumSize)
        throw validation("Total size of the entries in the request is over the limit.");
      const answers: object[] = Entries.map((entry: object) => put(entry, caller));
      const failed = answers.filter((answer) => "ErrorCode" in answer).length;
      return { FailedEntryCount: failed, Entries: answers };
    },
    TestEventPattern({ EventPattern, Event }) {
      const event = objectIn(Event);
      const needed = ["id", "account", "source", "time", "region", "detail-type"];
      if (!event || needed.some((name) => event[name] === undefined))
        throw validation("Parameter Event is not valid.");
      return { Result: validatePattern(EventPattern)(crush(event)) };
    },
  };
};
