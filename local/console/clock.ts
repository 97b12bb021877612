import { Refused } from "./answers.ts";
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

const speedOf = (value: unknown): number => {
  if (value === "max") return Number.POSITIVE_INFINITY;
  if (typeof value === "number" && value > 0 && value <= 4) return value;
  throw new Refused(400, 'A speed is a number over 0 and at most 4, or "max".');
};

/** The clock, and the moments one can go back to. */
export const clockRoutes = ({ clock, driven, timeline, trace }: Sight): Routes => {
  const state = (): ClockState => ({
    now: clock.now(),
    epoch: trace.epoch,
    driven: driven !== undefined,
    speed: driven ? (Number.isFinite(driven.speed) ? driven.speed : "max") : 1,
    paused: driven?.paused ?? false,
  });
  const needDriven = () => {
    if (!driven)
      throw new Refused(409, "This shop's clock is the wall's: start it without --isolated.");
    return driven;
  };
  const needTimeline = () => {
    if (!timeline) throw new Refused(501, "This shop keeps no moments to go back to.");
    return timeline;
  };

  return {
    "GET clock": state,
    "POST clock"({ body }) {
      const { speed, paused } = body();
      if (speed === undefined && paused === undefined)
        throw new Refused(400, "Say a speed, or whether it is paused.");
      if (paused !== undefined && typeof paused !== "boolean")
        throw new Refused(400, "paused is true or false.");
      const wanted = speed === undefined ? undefined : speedOf(speed);
      const clock = needDriven();
      if (wanted !== undefined) clock.setSpeed(wanted);
      if (paused === true) clock.pause();
      if (paused === false) clock.resume();
      return state();
    },
    async "POST clock/step"() {
      const done = await needDriven().step();
      return { ...state(), did: done ?? null };
    },
    "GET timeline": () => ({
      now: clock.now(),
      epoch: trace.epoch,
      moments: timeline?.moments() ?? [],
    }),
    async "POST rewind"({ body }) {
      const { id, seconds } = body();
      const kept = needTimeline();
      const moment = kept.moments().find((one) => one.id === id);
      if (id !== undefined && !moment)
        throw new Refused(404, `There is no moment ${String(id).slice(0, 40)} any more.`);
      if (id === undefined && (typeof seconds !== "number" || !(seconds > 0)))
        throw new Refused(400, "Say the id of a moment, or how many seconds to go back.");
      await kept.rewind(moment?.id ?? { at: clock.now() - Number(seconds) * 1000 });
      return state();
    },
    async "POST reset"() {
      await needTimeline().reset();
      return state();
    },
    "POST fork": ({ body }) => needTimeline().fork(Number(body().id)),
  };
};
