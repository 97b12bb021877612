/** Those who wait for something new, at most so many at once. */
export type Waiting = {
  /** Waits until something is new, for so many milliseconds of the wall at most. False where too many wait already. */
  wait: (ms: number) => Promise<boolean>;
  /** Something is new. */
  wake: () => void;
  /** How many wait now. */
  readonly count: number;
  /** Lets everybody go, now and from now on. */
  stop: () => void;
};

/** So long news are gathered before those who wait hear of them, in milliseconds: an order is some hundred entries. */
const GATHERED_MS = 40;

/** Nobody waits yet. They wait on the wall's time, for the console is looked at while the shop's clock stands. */
export const createWaiting = (most: number): Waiting => {
  const waiting = new Set<() => void>();
  let gathering: NodeJS.Timeout | undefined;
  let stopped = false;

  const release = () => {
    gathering = undefined;
    for (const go of [...waiting]) go();
  };
  return {
    wait(ms) {
      if (stopped || ms <= 0) return Promise.resolve(true);
      if (waiting.size >= most) return Promise.resolve(false);
      return new Promise((resolve) => {
        const go = () => {
          clearTimeout(timeout);
          waiting.delete(go);
          resolve(true);
        };
        const timeout = setTimeout(go, ms);
        timeout.unref();
        waiting.add(go);
      });
    },
    wake() {
      if (waiting.size === 0 || gathering) return;
      gathering = setTimeout(release, GATHERED_MS);
      gathering.unref();
    },
    get count() {
      return waiting.size;
    },
    stop() {
      stopped = true;
      clearTimeout(gathering);
      release();
    },
  };
};
