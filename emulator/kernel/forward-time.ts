/** Where time comes from, in milliseconds: the wall since 1970, and what counts up whatever is done to the wall. */
export type TimeSources = {
  wall?: () => number;
  monotonic?: () => number;
  /** The moment that the time starts at, if the wall is not yet there. */
  notBefore?: number;
};

/**
 * A time that never goes back and never stands still. It passes as fast as the monotonic clock does. A wall that is ahead
 * of it, after a laptop has slept, is where it goes on from; one that is behind, because it was put back, it does not wait
 * for.
 */
export const forwardTime = ({
  wall = Date.now,
  monotonic = () => performance.now(),
  notBefore = 0,
}: TimeSources = {}): (() => number) => {
  const began = monotonic();
  let offset = Math.max(wall(), notBefore);
  return () => {
    const passed = offset + Math.floor(monotonic() - began); // whole milliseconds, as code expects of Date.now()
    const ahead = Math.floor(wall()) - passed;
    if (ahead <= 0) return passed;
    offset += ahead;
    return passed + ahead;
  };
};
