import type { Timeline } from "emulator/boot/timeline";
import type { PacedClock } from "emulator/kernel/paced-clock";
import type { Told } from "../control/told.ts";
import type { RedriveRecord } from "../redrive/record.ts";
import type { AboutRun } from "../runs/about-run.ts";
import type { Routes } from "./resource.ts";

/** A shop that went on from an earlier moment of another one, beside it: where it is, and how to end it. */
export type Fork = {
  /** 1, 2, 3 … in the order in which they were opened. */
  n: number;
  api: string;
  aws: string;
  token: string;
  /** The moment that it went on from, in milliseconds since 1970. */
  at: number;
  /** Stops it: its ports are free, and nothing of it is kept. */
  stop: () => Promise<void>;
};

/** Of which shop another one is a fork, and from which moment. */
export type ForkOf = { api: string; at: number };

/** The past of a shop that can be gone back to. */
export type ShopTimeline = Timeline & {
  /** Opens another shop beside this one that goes on from a moment by itself. Throws CannotRewind. */
  fork: (id: number) => Promise<Fork>;
  /** The forks that are open. */
  forks: () => Fork[];
};

/** A run from a file, at addresses of its own. */
export type OpenedRun = { about: AboutRun; api: string; aws: string; token: string };

/** Runs from files that are looked at beside this shop. */
export type Runs = {
  list: () => OpenedRun[];
  /**
   * Opens the run in a file. Throws CannotStart for a file that is none, CannotRewind where too many are open. Where
   * `gone` aborts meanwhile it rejects, and none is open: nobody would know of it.
   */
  open: (file: string, name: string, gone?: AbortSignal) => Promise<OpenedRun>;
  /** Ends the one at a port; false where there is none. */
  close: (port: string) => Promise<boolean>;
};

/** Of a shop that is a recorded run: what is known of it, and how to make a living shop of one of its moments. */
type RecordedRun = { about: AboutRun; goOn: (id: number) => Promise<Fork> };

/** What a shop may have beside itself, for the console to show and to drive. */
export type Beside = {
  clock?: PacedClock | undefined;
  timeline?: ShopTimeline | undefined;
  /** Whose fork this shop is, where it is one. */
  forkOf?: ForkOf | undefined;
  /** To be called when time was turned back, before it goes on. */
  turned?: (() => Promise<void>) | undefined;
  /** What commands have switched off, by the names of the switches. It is a part of what the shop knows. */
  paused?: Map<string, true> | undefined;
  /** What is left behind of redrives. */
  redrives?: RedriveRecord | undefined;
  runs?: Runs | undefined;
  recording?: RecordedRun | undefined;
  /** Runs a line as `npm run shop --` takes it. */
  command?: ((line: string) => Promise<Told>) | undefined;
  /** Faults that are armed now. */
  faults?: (() => unknown[]) | undefined;
  /** More that the console may ask: "GET scenarios". */
  routes?: Routes | undefined;
};
