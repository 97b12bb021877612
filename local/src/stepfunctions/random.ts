import type { Clock } from "../clock.ts";

const hex = (clock: Clock, digits: number) => {
  let text = "";
  while (text.length < digits) text += Math.floor(clock.random() * 16).toString(16);
  return text;
};

/** A UUID of version 4 from the clock's chance. */
export const uuid = (clock: Clock): string =>
  `${hex(clock, 8)}-${hex(clock, 4)}-4${hex(clock, 3)}-a${hex(clock, 3)}-${hex(clock, 12)}`;
