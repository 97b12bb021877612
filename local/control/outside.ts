import type { Shop } from "../shop.ts";
import type { Told } from "./told.ts";

/** For so long something may take of its own while time stands still, in ms of the wall. */
const OWN_MS = 1_500;

/** Does what a person wants: whatever follows from it has that for its cause. */
export const fromOutside = <T>(
  { beside, cloud: { trace } }: Shop,
  { who, what }: { who: string; what: string },
  work: () => T,
): T => {
  beside.clock?.arrived();
  const { seq } = trace.write({ kind: "outside", who, what, cause: undefined });
  return trace.under(seq, work);
};

/** What comes of work; where time stands still and the work waits for it, that is said instead. */
export const orUnderWay = <T>({ beside }: Shop, work: Promise<T>): Promise<T | Told> => {
  if (!beside.clock?.paused) return work;
  let timer: NodeJS.Timeout | undefined;
  const told = new Promise<Told>((resolve) => {
    timer = setTimeout(resolve, OWN_MS, {
      said: "It has begun, and waits, for time stands still.",
      next: "It goes on with `clock resume`, or step by step with `clock step`.",
    });
  });
  return Promise.race([work, told]).finally(() => clearTimeout(timer));
};
