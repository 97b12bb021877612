import type { Readable } from "node:stream";

/** An HTTP request as plain data, so that it crosses a socket, a thread or a function call alike. */
export type WireRequest = {
  method: string;
  path: string;
  /** As in the URL, without the question mark. */
  query: string;
  /** Names in lower case. */
  headers: Record<string, string>;
  body: Uint8Array;
  /** A file that has the body, where it may be too long to be held: only until the request is answered. */
  file?: string;
  /** Aborts when the client of such a request goes away before it is answered: nobody waits for what is still done. */
  gone?: AbortSignal;
};

/** An HTTP response as plain data. */
export type WireResponse = {
  status: number;
  headers: Record<string, string>;
  body: string | Uint8Array;
  /** Is sent instead of the body, where that is too long to be held, or is made while it is read. */
  stream?: Readable;
};

/** Answers one request. Never throws. */
export type WireHandler = (request: WireRequest) => Promise<WireResponse>;
