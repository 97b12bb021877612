import type { ForkOf } from "./beside.ts";
import type { Routes } from "./resource.ts";
import type { Sight } from "./sight.ts";

export type { Moment } from "emulator/boot/moments";

/** The clock's state as the console shows it; a speed of "max" is as fast as it goes. */
export type ClockState = {
  now: number;
  epoch: number;
  /** Whether it can be driven: the clock of a shop with --isolated is the wall's. */
  driven: boolean;
  speed: number | "max";
  paused: boolean;
};

/** A fork as the console shows it. */
type ForkLine = { n: number; api: string; at: number };

/** The forks that are open, and whose fork this shop is, where it is one. */
export type ForkList = { forks: ForkLine[]; forkOf: ForkOf | null };

/** The clock, the moments one can go back to, and the forks. What is done to them is done by commands. */
export const clockRoutes = ({ clock, driven, timeline, trace, shop }: Sight): Routes => ({
  "GET clock": (): ClockState => ({
    now: clock.now(),
    epoch: trace.epoch,
    driven: driven !== undefined,
    speed: driven ? (Number.isFinite(driven.speed) ? driven.speed : "max") : 1,
    paused: driven?.paused ?? false,
  }),
  "GET timeline": () => ({
    now: clock.now(),
    epoch: trace.epoch,
    moments: timeline?.moments() ?? [],
  }),
  "GET forks": (): ForkList => ({
    forks: (timeline?.forks() ?? []).map(({ n, api, at }) => ({ n, api, at })),
    forkOf: shop.beside.forkOf ?? null,
  }),
});
