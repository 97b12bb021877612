import type { Shop } from "../shop.ts";
import type { Told } from "./told.ts";

/** For so long something may take of its own while time stands still, or when it was put back, in ms of the wall. */
const OWN_MS = 1_500;

/** So long somebody waits for an answer, in ms of the wall: where time goes slowly, a minute of the shop's is hours. */
const PATIENCE_MS = 60_000;

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

const stands: Told = {
  said: "It is under way, and waits, for time stands still.",
  next: "It goes on with `clock resume`, or step by step with `clock step`.",
};
const wasPutBack: Told = {
  said: "Time was put back while this was under way: what it had begun by then has not happened.",
  next: "Say it again, if it is still wanted.",
};
const goesSlowly: Told = {
  said: "It is under way, and takes longer than anybody waits for it.",
  next: "It goes on by itself; `status` tells what waits, and `clock speed 1` lets time go as usual.",
};

const onTheWall = (ms: number, task: () => void) => {
  const timeout = setTimeout(task, ms);
  return () => clearTimeout(timeout);
};

/**
 * What comes of work that goes by the shop's clock. Where time stands, then or later, is put back or goes too slowly, that
 * is said instead, and the work goes on without anybody waiting for it. `later` does something in so many ms of the wall.
 */
export const orUnderWay = <T>(
  { beside: { clock } }: { beside: Pick<Shop["beside"], "clock"> },
  work: Promise<T>,
  later = onTheWall,
): Promise<T | Told> => {
  if (!clock) return work;
  const cancels: (() => void)[] = [];
  const told = new Promise<Told>((resolve) => {
    let [cancel, putBack] = [() => {}, false];
    const sayIn = (ms: number, what: Told) => {
      cancel();
      cancel = later(ms, () => resolve(what));
    };
    const unhear = clock.hear(({ what }) => {
      if (putBack) return;
      putBack = what === "turned back";
      if (putBack) sayIn(OWN_MS, wasPutBack);
      if (what === "paused") sayIn(OWN_MS, stands);
      if (what === "resumed") sayIn(PATIENCE_MS, goesSlowly);
    });
    sayIn(clock.paused ? OWN_MS : PATIENCE_MS, clock.paused ? stands : goesSlowly);
    cancels.push(unhear, () => cancel());
  });
  return Promise.race([work, told]).finally(() => {
    for (const cancel of cancels) cancel();
  });
};
