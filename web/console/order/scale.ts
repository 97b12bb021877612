import type { Bar } from "./story.ts";

/** Where a bar is on a waterfall, each from 0 to 1. */
type Place = { queued: number; from: number; to: number };

/** Time on a waterfall. */
export type Scale = {
  placeOf: (bar: Bar) => Place;
  at: (ms: number) => number;
  marks: { at: number; says: string }[];
};

const said = (ms: number) => {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  return ms < 100_000 ? `${(ms / 1000).toFixed(1)} s` : `${(ms / 60_000).toFixed(1)} min`;
};

/** How long a stretch is drawn: long waits are short, and short steps long enough to be seen. */
const drawn = (ms: number) => 0.35 + Math.log1p(ms / 20);
/** How long what took no time is drawn. */
const NO_TIME = 0.4;

const marked = (moments: number[], at: Scale["at"]): Scale["marks"] => {
  const [first = 0] = moments;
  const marks: Scale["marks"] = [];
  for (const moment of moments) {
    const place = at(moment);
    const before = marks.at(-1)?.at ?? -1;
    const says = said(moment - first);
    if (place - before < 0.13 || place > 0.92 || marks.at(-1)?.says === says) continue;
    marks.push({ at: place, says });
  }
  return marks;
};

const trueScale = (first: number, last: number, now: number): Scale => {
  const whole = Math.max(1, last - first);
  const at = (ms: number) => Math.min(1, Math.max(0, (ms - first) / whole));
  const placeOf = ({ begins, ends = now, queued }: Bar) => ({
    queued: at(queued?.[0] ?? begins),
    from: at(begins),
    to: at(ends),
  });
  const parts = [0, 0.2, 0.4, 0.6, 0.8];
  return {
    at,
    placeOf,
    marks: marked(
      parts.map((part) => first + part * whole),
      at,
    ),
  };
};

/** A scale of time: true, or elastic, on which what took a millisecond, or none, is seen beside a wait of half a minute. */
export const scaleOf = (bars: readonly Bar[], now: number, isTrue: boolean): Scale => {
  const all = bars.flatMap(({ begins, ends = now, queued, attempts }) => [
    begins,
    ends,
    ...(queued ? [queued[0]] : []),
    ...attempts,
  ]);
  const moments = [...new Set(all)].sort((a, b) => a - b);
  const [first = 0, last = 1] = [moments[0], moments.at(-1)];
  if (isTrue) return trueScale(first, last, now);

  // What begins in the same millisecond begins one after the other all the same, by its number.
  const inOrder = [...bars].sort((a, b) => a.seq - b.seq);
  const begun = Map.groupBy(inOrder, ({ begins }) => begins);
  const places = new Map<number, number>();
  let sum = 0;
  for (const [i, moment] of moments.entries()) {
    const before = moments[i - 1];
    if (before !== undefined) sum += drawn(moment - before);
    places.set(moment, sum);
    sum += (begun.get(moment)?.length ?? 0) * NO_TIME;
  }
  const whole = sum || 1;
  const at = (ms: number) => (places.get(ms) ?? (ms <= first ? 0 : sum)) / whole;
  const placeOf = (bar: Bar): Place => {
    const { begins, ends = now, queued } = bar;
    const slot = begun.get(begins)?.indexOf(bar) ?? 0;
    const from = at(begins) + (slot * NO_TIME) / whole;
    const to = Math.max(from + NO_TIME / whole, at(ends));
    return { queued: at(queued?.[0] ?? begins), from, to };
  };
  return { at, placeOf, marks: marked(moments, at) };
};
