import type { Timeline } from "emulator/boot/timeline";
import type { PacedClock } from "emulator/kernel/paced-clock";
import type { Told } from "../control/told.ts";
import type { AboutRun } from "../runs/about-run.ts";
import type { Routes } from "./resource.ts";

/** Where a fork is, and how to end it. */
export type Fork = { api: string; aws: string; token: string; stop: () => Promise<void> };

/** The past of a shop that can be gone back to. */
export type ShopTimeline = Timeline & {
  /** Opens another shop beside this one that goes on from a moment by itself. Throws CannotRewind. */
  fork: (id: number) => Promise<Fork>;
};

/** A run from a file, at addresses of its own. */
export type OpenedRun = { about: AboutRun; api: string; aws: string; token: string };

/** Runs from files that are looked at beside this shop. */
export type Runs = {
  list: () => OpenedRun[];
  /** Opens the run in a file. Throws CannotStart for a file that is none, CannotRewind where too many are open. */
  open: (file: string, name: string) => Promise<OpenedRun>;
  /** Ends the one at a port; false where there is none. */
  close: (port: string) => Promise<boolean>;
};

/** Of a shop that is a recorded run: what is known of it, and how to make a living shop of one of its moments. */
type RecordedRun = { about: AboutRun; goOn: (id: number) => Promise<Fork> };

/** What a shop may have beside itself, for the console to show and to drive. */
export type Beside = {
  clock?: PacedClock | undefined;
  timeline?: ShopTimeline | undefined;
  runs?: Runs | undefined;
  recording?: RecordedRun | undefined;
  /** Runs a line as `npm run shop --` takes it. */
  command?: ((line: string) => Promise<Told>) | undefined;
  /** Faults that are armed now. */
  faults?: (() => unknown[]) | undefined;
  /** More that the console may ask: "GET scenarios". */
  routes?: Routes | undefined;
};
