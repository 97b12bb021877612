import type { WireRequest, WireResponse } from "emulator/doors/wire/message";
import { isObject } from "emulator/kernel/json";
import { Refused } from "./answers.ts";

/** What somebody asks of the console's server. */
export type Asked = {
  /** The parts of the path that a route leaves open, in its order. */
  parts: string[];
  query: URLSearchParams;
  /** The body, an object. Refuses anything else. */
  body: () => Record<string, unknown>;
  /** Where the body is, if it was too long to be held at once. */
  file: string | undefined;
  /** Aborts where whoever sent that goes away. */
  gone: AbortSignal | undefined;
};

/** Answers what is to be sent as JSON, or a whole answer. Throws Refused. */
export type Resource = (asked: Asked) => unknown;

/** Routes: "GET trace", "POST clock/step", "GET entries/:seq". */
export type Routes = Record<string, Resource>;

const mostBody = 2 * 1024 * 1024;

/** The body of a request, read when it is asked for. */
export const bodyOf =
  ({ headers, body }: WireRequest) =>
  (): Record<string, unknown> => {
    if (body.length > mostBody) throw new Refused(413, "A body has at most 2 MB here.");
    if (body.length === 0) return {};
    if (!(headers["content-type"] ?? "").startsWith("application/json"))
      throw new Refused(415, "A body is JSON here, with content-type: application/json.");
    let value: unknown;
    try {
      value = JSON.parse(Buffer.from(body).toString());
    } catch {
      throw new Refused(400, "The body is not JSON.");
    }
    if (!isObject(value)) throw new Refused(400, "The body is a JSON object.");
    return value;
  };

/** Whether a resource gave a whole answer. */
export const isAnswer = (value: unknown): value is WireResponse =>
  isObject(value) && typeof value.status === "number" && isObject(value.headers);

/** A whole number in a query, within its bounds; without one, what is usual. Refuses what is no such number. */
export const numberIn = (
  query: URLSearchParams,
  name: string,
  { usual, most }: { usual: number; most: number },
): number => {
  const text = query.get(name);
  if (text === null) return usual;
  if (!/^\d{1,15}$/.test(text))
    throw new Refused(400, `${name} is a whole number, not "${text.slice(0, 40)}".`);
  return Math.min(Number(text), most);
};
