import type { Graph } from "../boot/graph.ts";
import type { Moment } from "../boot/moments.ts";
import type { Change } from "../kernel/keep.ts";
import type { ClockMoment } from "../kernel/paced-clock.ts";
import type { Entry } from "../kernel/trace.ts";

/** The version of the format; README.md says what is in it. */
export const FORMAT = { format: "recorded-run", version: 1 } as const;

/** What a recording says of itself. */
export type RecordingHead = {
  /** Of the program whose world was recorded, and of its graph (`graphHash`). */
  project: string;
  projectVersion: string;
  graphHash: string;
  node: string;
  /** When it was recorded, on the wall, in milliseconds since 1970. */
  recordedAt: number;
  /** The world's time at its end. */
  now: number;
  epoch: number;
  speed: number | "max";
  /** What chance began with, through a hash of one way: what was drawn before cannot be worked out. */
  seed: readonly number[];
  moments: number;
  entries: number;
};

/** A moment of a recording: what changed since the one before it, in the order in which it is to be put there. */
export type RecordedMoment = { moment: Moment; clock: ClockMoment; changes: Change[] };

/** A run of a world as it was recorded: looked at, it can be gone through; nothing in it is secret. */
export type Recording = {
  head: RecordingHead;
  graph: Graph;
  moments: RecordedMoment[];
  entries: Entry[];
};

/** Parts that a boot makes by itself, with keys, addresses and senders of its own: no recording has them. */
export const ownParts: readonly string[] = ["iam.keys", "lambda.functions", "ses.identities"];
