import type { Bar } from "./story.ts";

/** Where a moment is on a waterfall, from 0 to 1. */
export type Scale = { at: (ms: number) => number; marks: { at: number; says: string }[] };

const momentsOf = (bars: readonly Bar[], now: number): number[] => {
  const all = bars.flatMap(({ begins, ends = now, queued, attempts }) => [
    begins,
    ends,
    ...(queued ? [queued[0]] : []),
    ...attempts,
  ]);
  return [...new Set(all)].sort((a, b) => a - b);
};

const said = (ms: number) => {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  return ms < 100_000 ? `${(ms / 1000).toFixed(1)} s` : `${(ms / 60_000).toFixed(1)} min`;
};

/** How long a stretch is drawn: long waits are short, and short steps long enough to be seen. */
const drawn = (ms: number) => 0.35 + Math.log1p(ms / 20);

const marked = (moments: number[], at: Scale["at"]): Scale["marks"] => {
  const [first = 0] = moments;
  const marks: Scale["marks"] = [];
  for (const moment of moments) {
    const place = at(moment);
    const before = marks.at(-1)?.at ?? -1;
    if (place - before < 0.13 || place > 0.95) continue;
    marks.push({ at: place, says: said(moment - first) });
  }
  return marks;
};

/** A scale of time: true, or elastic, on which a step of a millisecond is seen beside a wait of half a minute. */
export const scaleOf = (bars: readonly Bar[], now: number, isTrue: boolean): Scale => {
  const moments = momentsOf(bars, now);
  const [first = 0, last = 1] = [moments[0], moments.at(-1)];
  if (isTrue) {
    const whole = Math.max(1, last - first);
    const at = (ms: number) => Math.min(1, Math.max(0, (ms - first) / whole));
    return { at, marks: marked([0, 0.2, 0.4, 0.6, 0.8].map((part) => first + part * whole), at) };
  }
  const places = new Map<number, number>();
  let sum = 0;
  moments.forEach((moment, i) => {
    const before = moments[i - 1];
    if (before !== undefined) sum += drawn(moment - before);
    places.set(moment, sum);
  });
  const at = (ms: number) => {
    const place = places.get(ms) ?? (ms <= first ? 0 : sum);
    return sum === 0 ? 0 : place / sum;
  };
  return { at, marks: marked(moments, at) };
};
