/** A moment that is kept: what one needs to know to choose it. */
export type Moment = {
  id: number;
  /** Virtual milliseconds since 1970. */
  at: number;
  /** Of the newest entry of the trace at that time. */
  seq: number;
  label?: string;
};

/** Something that was kept of a moment, and about how much that is. */
export type Kept<T> = Moment & { value: T; weight: number };

/** Moments, the first one for ever and the last ones all, fewer the longer they are ago. */
export type Moments<T> = {
  add: (value: T, about: Omit<Moment, "id"> & { weight: number }) => Moment;
  all: () => readonly Kept<T>[];
  get: (id: number) => Kept<T> | undefined;
  /** The last one that is not later. */
  before: (at: number) => Kept<T> | undefined;
  /** Forgets what came after it. */
  endAt: (id: number) => void;
};

/** How many of the last ones are not thinned out. */
const NEAR = 12;

/**
 * Keeps so many moments at most, of so much weight together. Where there is one too many, that one goes whose neighbours
 * are closest to each other, against how long it is ago.
 */
export const createMoments = <T>({
  most,
  heaviest,
}: {
  most: number;
  heaviest: number;
}): Moments<T> => {
  let kept: Kept<T>[] = [];
  let last = 0;

  const thin = () => {
    const now = kept.at(-1)?.at ?? 0;
    let [least, at] = [Number.POSITIVE_INFINITY, -1];
    const near = kept.length > NEAR + 2 ? NEAR : 1;
    for (let i = 1; i < kept.length - near; i++) {
      const [before, here, after] = kept.slice(i - 1, i + 2) as [Kept<T>, Kept<T>, Kept<T>];
      const gap = (after.at - before.at + 1) / (now - here.at + 1);
      if (gap < least) [least, at] = [gap, i];
    }
    if (at < 0) return false;
    kept.splice(at, 1);
    return true;
  };
  const weightOf = () => kept.reduce((sum, { weight }) => sum + weight, 0);

  return {
    add(value, about) {
      last += 1;
      kept.push({ ...about, id: last, value });
      while ((kept.length > most || weightOf() > heaviest) && thin());
      const { id, at, seq, label } = kept.at(-1) as Kept<T>;
      return { id, at, seq, ...(label !== undefined && { label }) };
    },
    all: () => kept,
    get: (id) => kept.find((moment) => moment.id === id),
    before: (at) => kept.findLast((moment) => moment.at <= at),
    endAt(id) {
      kept = kept.filter((moment) => moment.id <= id);
    },
  };
};
