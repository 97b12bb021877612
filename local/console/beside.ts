import type { Routes } from "./resource.ts";

/** A clock that can be driven. */
export type DrivenClock = {
  readonly speed: number;
  readonly paused: boolean;
  setSpeed: (speed: number) => void;
  pause: () => void;
  resume: () => void;
  step: () => Promise<{ label: string; at: number } | undefined>;
  /** Something came from outside: time that stood for it goes on, unless it is paused. */
  arrived?: () => void;
};

/** Moments that a shop can go back to. */
export type Timeline = {
  moments: () => { id: number | string; seq: number; at: number; label?: string | undefined }[];
  rewind: (to: never) => Promise<unknown>;
  reset: () => Promise<unknown>;
  fork?: (id: never) => Promise<unknown>;
};

/** What a command did, and what one should see next. */
export type Told = { said: string; next: string; list?: string[]; aws?: string[] };

/** What a shop may have beside itself, for the console to show and to drive. */
export type Beside = {
  clock?: DrivenClock | undefined;
  timeline?: Timeline | undefined;
  /** Runs a line as `npm run shop --` takes it. */
  command?: ((line: string) => Promise<Told>) | undefined;
  /** Faults that are armed now. */
  faults?: (() => unknown[]) | undefined;
  /** More that the console may ask: "GET scenarios". */
  routes?: Routes | undefined;
};
