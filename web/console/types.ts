/** A line of the trace, as the console's server tells it. */
export type Line = {
  seq: number;
  at: number;
  kind: string;
  cause?: number;
  of?: number;
  order?: string;
  what: string;
  who?: string;
  to?: string;
  failed?: true;
  ms?: number;
};

/** Something of the map. */
export type Thing = {
  id: string;
  kind: "api" | "bus" | "archive" | "function" | "table" | "outbox" | "queue" | "saga" | "mail";
  room: string;
  name: string;
  arn: string;
  deadLetters: string[];
  routes?: string[];
  schedule?: string;
  source?: string;
};

/** What passes between two things: a call is answered, an event is not. */
export type Wire = { from: string; to: string; kind: "call" | "event"; label?: string };

/** A context. */
export type Room = { id: string; label: string; side: "publishes" | "hears" | "between" };

/** One or several things, as they are seen from afar. */
export type Part = {
  id: string;
  room: string;
  label: string;
  kind: "front" | "work" | "store" | "relay" | "saga" | "bus" | "api" | "room";
  members: string[];
};

/** The map of the shop. */
export type ShopMap = { rooms: Room[]; things: Thing[]; wires: Wire[]; parts: Part[] };

/** How much lies in a thing. */
export type Depth = {
  depth?: number;
  age?: number;
  inFlight?: number;
  deadLetters?: number;
  running?: number;
  paused?: true;
};

/** The shop's clock. */
export type ClockState = {
  now: number;
  epoch: number;
  driven: boolean;
  speed: number | "max";
  paused: boolean;
};

/** A moment that one can go back to. */
export type Moment = { id: number | string; seq: number; at: number; label?: string };

/** An order in a list. */
export type OrderLine = {
  orderId: string;
  short: string;
  sentence: string;
  status: string;
  placedAt: number;
};

/** Somebody who may sign in. */
export type Account = { name: string; fullName: string; customerId: string; groups: string[] };

/** A fault that is armed. */
export type Fault = {
  id: string;
  what: string;
  hypothesis: string;
  hits: number;
  most?: number;
  endsAt: number;
};

/** What a command did, and what one should see next. */
export type Told = { said: string; next: string; list?: string[]; aws?: string[] };
