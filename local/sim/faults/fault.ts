import type { Clock } from "emulator/kernel/clock";
import type { Call } from "emulator/kernel/engine";
import type { Shop } from "../../shop.ts";
import type { Passage } from "../points.ts";

/** What a fault may use: the run's time, and chance that belongs to its point alone. */
export type Means = {
  clock: Clock;
  draw: () => number;
  /** Counts what is still to come. */
  waits: { count: number };
  /** How many milliseconds the clocks of functions are ahead, by their names. */
  skews: Map<string, number>;
  /** Asks the cloud as an administrator would, who passes no fault. */
  ask: Shop["call"];
};

type Next = (call: Call) => Promise<unknown>;

/** One kind of fault: where it can happen, and what happens there. */
export type FaultKind = {
  /** What happened, as the end of a sentence that begins with who called whom: "is lost on the way". */
  says: string;
  fits: (passage: Passage, call: Call) => boolean;
  /** How much more often than others it strikes where it fits: what fits in few places is to be seen as well. */
  often?: number;
  /** For how many milliseconds it strikes whatever passes the same point again; without it, once. */
  lasts?: (means: Means) => number;
  strike: (call: Call, next: Next, means: Means) => Promise<unknown>;
};

/** Lets time pass on the run's clock, a whole number of milliseconds from `least` to `most`. */
export const wait = ({ clock, draw, waits }: Means, least: number, most: number): Promise<void> =>
  new Promise((resolve) => {
    waits.count += 1;
    clock.after(least + Math.floor(draw() * (most - least + 1)), "a fault waits", () => {
      waits.count -= 1;
      resolve();
    });
  });

/** Whether a function of the shop calls. */
export const byFunction = (_: Passage, { caller }: Call): boolean =>
  caller.name.endsWith("Function");

/** Whether it is something that is only brought to somebody who is to have it at least once. */
export const isDelivery = ({ who, operation }: Passage, { input }: Call): boolean =>
  who.startsWith("rule:") || operation === "SendMessage" || input?.InvocationType === "Event";

/** What may not be repeated: SES knows no keys, which is why nobody repeats a call of it. */
export const repeatable = ({ service }: Passage): boolean => service !== "ses";
