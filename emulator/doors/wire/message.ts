/** An HTTP request as plain data, so that it crosses a socket, a thread or a function call alike. */
export type WireRequest = {
  method: string;
  path: string;
  /** As in the URL, without the question mark. */
  query: string;
  /** Names in lower case. */
  headers: Record<string, string>;
  body: Uint8Array;
};

/** An HTTP response as plain data. */
export type WireResponse = {
  status: number;
  headers: Record<string, string>;
  body: string | Uint8Array;
};

/** Answers one request. Never throws. */
export type WireHandler = (request: WireRequest) => Promise<WireResponse>;
