import type { WireResponse } from "emulator/doors/wire/message";
import { ownHeaders } from "emulator/doors/wire/own-answer";

/** A refusal of the console's: what it says to whoever asked, with the status of HTTP. */
export class Refused extends Error {
  readonly status: number;
  constructor(status: number, detail: string) {
    super(detail);
    this.status = status;
  }
}

const headers = { ...ownHeaders, "cache-control": "no-store" };

/** An answer in JSON, which no browser keeps. */
export const json = (value: unknown, status = 200): WireResponse => ({
  status,
  headers: { ...headers, "content-type": "application/json" },
  body: JSON.stringify(value),
});

const titles: Record<number, string> = {
  400: "That cannot be done so",
  403: "Not yours to ask",
  404: "Not there",
  405: "Not asked in this way",
  409: "Not now",
  413: "Too much",
  415: "Not JSON",
  429: "Too many are waiting",
  501: "Not in this shop",
};

/** A refusal as problem+json (RFC 9457). */
export const problem = (status: number, detail: string): WireResponse => ({
  status,
  headers: { ...headers, "content-type": "application/problem+json" },
  body: JSON.stringify({ title: titles[status] ?? "That went wrong", detail, status }),
});
