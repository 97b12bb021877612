/** What a clock decides to do next: which task begins, and at what time. */
export type Decision = { at: number; label: string };

type Entry = Decision & { tie: number; task: (() => unknown) | undefined };

/** What is due at some time, in its order, for a clock that moves from one to the next. */
export type Decisions = {
  add: (at: number, label: string, task: () => unknown) => { cancel: () => void };
  /** The one that is due first. */
  next: () => Decision | undefined;
  /** Begins that one, if it is due until then. It has begun and ended when all is quiet again. */
  begin: (until: number) => Decision | undefined;
  /** Waits until every promise that can settle without a timer has settled, and no real work is under way. */
  quiet: () => Promise<void>;
  /** Keeps it from being quiet while real work (a signature, a worker) is under way. */
  hold: <T>(work: Promise<T>) => Promise<T>;
  /** How many there are, cancelled ones that are not forgotten yet among them. */
  waiting: () => number;
  /** How many there are to come. */
  left: () => number;
  /** Forgets all of them. */
  clear: () => void;
};

/** The macrotask turn after which every promise that can settle without a timer has settled. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

const order = (a: Entry, b: Entry) => a.at - b.at || a.tie - b.tie;
const before = (a: Entry, b: Entry) => order(a, b) < 0;

/** Decisions in a binary heap by time; `random` decides between those that are due at once, by the label of each. */
export const createDecisions = (
  random: (label: string) => number,
  onError: (error: unknown, label: string) => void,
): Decisions => {
  let queue: Entry[] = [];
  let cancelled = 0; // how many of them have no task any more
  let held = 0;
  const released: (() => void)[] = [];

  const swap = (i: number, j: number) => {
    const a = queue[i] as Entry;
    queue[i] = queue[j] as Entry;
    queue[j] = a;
  };
  const push = (entry: Entry) => {
    let i = queue.push(entry) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!before(queue[i] as Entry, queue[parent] as Entry)) break;
      swap(i, parent);
      i = parent;
    }
  };
  const pop = (): Entry => {
    const top = queue[0] as Entry;
    const last = queue.pop() as Entry;
    if (queue.length > 0) {
      queue[0] = last;
      for (let i = 0; ; ) {
        let least = i;
        for (const child of [2 * i + 1, 2 * i + 2])
          if (child < queue.length && before(queue[child] as Entry, queue[least] as Entry))
            least = child;
        if (least === i) break;
        swap(i, least);
        i = least;
      }
    }
    return top;
  };

  /** Timers of a week are cancelled after a second: they do not wait for their time. What is sorted is a heap. */
  const forgetCancelled = () => {
    if (cancelled < 64 || cancelled < queue.length / 2) return;
    queue = queue.filter(({ task }) => task).sort(order);
    cancelled = 0;
  };

  const next = (): Entry | undefined => {
    while (queue[0] && !queue[0].task) {
      pop();
      cancelled -= 1; // no time passes for it
    }
    return queue[0];
  };

  return {
    add(at, label, task) {
      const entry: Entry = { at, tie: random(label), label, task };
      push(entry);
      const cancel = () => {
        if (!entry.task) return;
        entry.task = undefined;
        cancelled += 1;
        forgetCancelled();
      };
      return { cancel };
    },
    next,
    begin(until) {
      const entry = next();
      if (!entry || entry.at > until) return undefined;
      pop();
      const { label, task } = entry;
      entry.task = undefined; // who still holds the timer does not hold all that it was for
      // Not awaited: a task may itself wait for later time.
      Promise.resolve()
        .then(task)
        .catch((error) => onError(error, label));
      return entry;
    },
    async quiet() {
      await settle();
      while (held > 0) {
        await new Promise<void>((resolve) => released.push(resolve));
        await settle();
      }
    },
    async hold(work) {
      held += 1;
      try {
        return await work;
      } finally {
        held -= 1;
        if (held === 0) for (const release of released.splice(0)) release();
      }
    },
    waiting: () => queue.length,
    left: () => queue.length - cancelled,
    clear() {
      for (const entry of queue) entry.task = undefined;
      queue = [];
      cancelled = 0;
    },
  };
};
