/** An entry of the trace, as far as the console reads it. */
export type Entry = {
  readonly seq: number;
  readonly at: number;
  readonly kind: string;
  readonly cause: number | undefined;
  readonly causes?: readonly number[];
  readonly of?: number;
  readonly [field: string]: unknown;
};

/** What the console asks of a trace. */
export type TraceSource = {
  entries: (after: number, most: number) => Entry[];
  get: (seq: number) => Entry | undefined;
  readonly first: number;
  readonly last: number;
  readonly epoch: number;
  hear: (listener: (entry: Entry) => unknown) => () => void;
};

/** A line of the trace. */
export type Line = {
  seq: number;
  at: number;
  kind: string;
  cause?: number | undefined;
  of?: number | undefined;
  order?: string;
  what: string;
  who?: string;
  to?: string;
  failed?: true;
  ms?: number;
};
