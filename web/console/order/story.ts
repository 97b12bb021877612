import type { Line } from "../types.ts";

/** One unit of work on an order. Times are virtual milliseconds since 1970. */
export type Bar = {
  seq: number;
  lane: string;
  label: string;
  who: string;
  begins: number;
  ends?: number;
  queued?: [from: number, to: number];
  attempts: number[];
  compensation?: true;
  waiting?: true;
  failed?: string;
};

/** What happened, and what that caused. */
export type Cause = { seq: number; at: number; kind: string; what: string; children: Cause[] };

/** What an order costs, in US dollars for a million such orders. */
export type Cost = {
  dollars: number;
  calls: number;
  writeCalls: number;
  writeUnits: number;
  reads: number;
  readUnits: number;
  transitions: number;
  parts: { hop: string; calls: number; dollars: number }[];
};

/** All that is told of an order. */
export type OrderStory = {
  orderId: string;
  short: string;
  sentence: string;
  status: string;
  bars: Bar[];
  tree: Cause[];
  cost: Cost;
  emails: { seq: number; at: number; subject: string }[];
  looks: number;
};

type Statement = Record<string, unknown>;
/** A statement that allowed a call, and in which file it is written. */
export type Allowed = {
  action: string;
  resource?: string;
  statement: Statement;
  holder: { name: string; file: string };
};

/** What a write changed of an item. */
export type Change = { path: string; before?: unknown; after?: unknown };

/** What was done in an invocation. */
export type Work = {
  function: string;
  source?: string;
  input: unknown;
  output?: unknown;
  error?: unknown;
  envelopes: unknown[];
  logs: unknown[];
  calls: { seq: number; what: string; error?: string; units?: string; iam: Allowed[] }[];
  items: { seq: number; table: string; key: string; changes: Change[] }[];
};

/** An entry of the trace, with what led to it and what is known around it. */
export type Shown = {
  entry: Record<string, unknown> & { seq: number; at: number; kind: string };
  because: Line[];
  therefore: Line[];
  end?: Record<string, unknown>;
  iam?: Allowed[];
  work?: Work;
  difference?: Change[];
};
