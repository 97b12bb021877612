import type { Clock } from "../../kernel/clock.ts";

/** So many requests a second in the long run, and so many at once. */
export type Throttle = { rate: number; burst: number };

/** A token bucket on the clock: `burst` at once, `rate` a second. Answers whether a request may pass. */
export const tokenBucket = (clock: Clock, limit?: Throttle) => {
  let tokens = limit?.burst ?? 0;
  let at = clock.now();
  return (): boolean => {
    if (!limit) return true;
    const now = clock.now();
    tokens = Math.min(limit.burst, tokens + (Math.max(0, now - at) / 1000) * limit.rate);
    at = now; // which may be earlier, where time was turned back
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
};
