import { validateHeaderName, validateHeaderValue } from "node:http";
import { isObject } from "../../kernel/json.ts";
import { nestsTooDeep } from "../../kernel/nesting.ts";
import type { WireResponse } from "../wire/message.ts";

/** A JSON answer of the front itself, not of the function. */
export const frontAnswer = (status: number, message: string): WireResponse => ({
  status,
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ message }),
});

/** What is between two machines of the network, and not the function's to say. */
const hopByHop = new Set(["connection", "content-length", "keep-alive", "transfer-encoding"]);

const isPlain = (value: unknown) =>
  typeof value === "string" || typeof value === "number" || typeof value === "boolean";

/** The headers as they may be sent; undefined where one of them may not. */
const headersOf = (headers: Record<string, unknown>, cookies: unknown[]) => {
  const said = new Map<string, string>([["content-type", "text/plain;charset=UTF-8"]]);
  try {
    for (const [name, value] of Object.entries(headers)) {
      if (value === null || hopByHop.has(name.toLowerCase())) continue;
      if (!isPlain(value)) return undefined;
      validateHeaderName(name);
      validateHeaderValue(name, String(value));
      said.set(name.toLowerCase(), String(value));
    }
    for (const cookie of cookies) {
      if (!isPlain(cookie)) return undefined;
      validateHeaderValue("set-cookie", String(cookie));
    }
  } catch {
    return undefined;
  }
  if (cookies.length > 0) said.set("set-cookie", cookies.join("\n"));
  return Object.fromEntries(said);
};

/** The function's result as a response; undefined where it is none ("malformed Lambda proxy response"). */
export const proxyAnswer = (payload: string): WireResponse | undefined => {
  let result: unknown;
  try {
    result = payload === "" ? null : JSON.parse(payload);
  } catch {
    return undefined;
  }
  if (!isObject(result) || result.statusCode === undefined)
    return { status: 200, headers: { "content-type": "application/json" }, body: payload };

  const { statusCode, cookies = [], body = "", isBase64Encoded } = result;
  const status = isPlain(statusCode) ? Number(statusCode) : Number.NaN;
  if (!Number.isInteger(status) || status < 200 || status > 599) return undefined;
  if (!isObject(result.headers ?? {}) || !Array.isArray(cookies)) return undefined;
  const headers = headersOf((result.headers ?? {}) as Record<string, unknown>, cookies);
  if (!headers || (typeof body !== "string" && nestsTooDeep(payload))) return undefined;
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return { status, headers, body: isBase64Encoded ? Buffer.from(text, "base64") : text };
};
