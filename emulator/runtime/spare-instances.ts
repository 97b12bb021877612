import type { InstanceFunction } from "./instance.ts";

/** Instances whose worlds have ended, each at rest, for other worlds to go on with. */
export type Spares<One> = {
  take: (path: string, fn: InstanceFunction) => One | undefined;
  put: (path: string, fn: InstanceFunction, one: One) => void;
};

/** What differs between worlds without a function's code being another for it. */
const ofItsWorld = new Set(["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]);

const withoutWorld = (variables: Record<string, string>) =>
  Object.entries(variables).filter(([name]) => !ofItsWorld.has(name));

/** Keeps so many instances at most: those that were put there first go first. */
export const spareInstances = <One>(most: number): Spares<One> => {
  const kept = new Map<string, One[]>();
  let count = 0;
  const keyOf = (path: string, { variables, ...fn }: InstanceFunction) =>
    JSON.stringify([
      path,
      fn.arn,
      fn.file,
      fn.exported,
      fn.memory,
      fn.logging,
      withoutWorld(variables),
    ]);
  return {
    take(path, fn) {
      const one = kept.get(keyOf(path, fn))?.pop();
      if (one) count -= 1;
      return one;
    },
    put(path, fn, one) {
      const key = keyOf(path, fn);
      const alike = kept.get(key) ?? [];
      // Used last, it goes last.
      kept.delete(key);
      kept.set(key, alike);
      alike.push(one);
      count += 1;
      for (const [oldest, ones] of kept) {
        if (count <= most) return;
        count -= ones.length;
        kept.delete(oldest);
      }
    },
  };
};
