import type { Timeline } from "emulator/boot/timeline";
import type { PacedClock } from "emulator/kernel/paced-clock";
import type { Told } from "../control/told.ts";
import type { Routes } from "./resource.ts";

/** Where a fork is, and how to end it. */
export type Fork = { api: string; aws: string; token: string; stop: () => Promise<void> };

/** The past of a shop that can be gone back to. */
export type ShopTimeline = Timeline & {
  /** Opens another shop beside this one that goes on from a moment by itself. Throws CannotRewind. */
  fork: (id: number) => Promise<Fork>;
};

/** What a shop may have beside itself, for the console to show and to drive. */
export type Beside = {
  clock?: PacedClock | undefined;
  timeline?: ShopTimeline | undefined;
  /** Runs a line as `npm run shop --` takes it. */
  command?: ((line: string) => Promise<Told>) | undefined;
  /** Faults that are armed now. */
  faults?: (() => unknown[]) | undefined;
  /** More that the console may ask: "GET scenarios". */
  routes?: Routes | undefined;
};
