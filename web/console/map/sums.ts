import type { Depth } from "../types.ts";

/** What lies in several things together. */
export const depthOf = (ids: readonly string[], depths: Record<string, Depth>): Depth => {
  const sum: Depth = {};
  for (const id of ids) {
    const one = depths[id];
    if (!one) continue;
    for (const key of ["depth", "inFlight", "deadLetters", "running"] as const)
      if (one[key]) sum[key] = (sum[key] ?? 0) + one[key];
    if (one.age !== undefined && one.age > (sum.age ?? 0)) sum.age = one.age;
    if (one.paused) sum.paused = true;
  }
  return sum;
};
