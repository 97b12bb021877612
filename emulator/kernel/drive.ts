import type { VirtualClock } from "./clock.ts";

/** Lets virtual time pass until the work is done, and answers what it answers. Throws when a day goes by without that. */
export const driverOf =
  (clock: VirtualClock) =>
  async <T>(work: Promise<T>): Promise<T> => {
    let over = false;
    const end = () => {
      over = true;
    };
    work.then(end, end);
    await clock.runUntil(() => over);
    if (!over) throw new Error("A day of virtual time went by, and the work was not done");
    return work;
  };
