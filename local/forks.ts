import { CannotRewind } from "emulator/boot/timeline";
import type { Fork, ForkOf } from "./console/beside.ts";

const MOST = 2;

/** A fork that has been opened, before it has a number among the others. */
export type Opened = Omit<Fork, "n">;

/** The forks of a shop that are open. */
export type Forks = {
  /** Opens one with `make`. Throws CannotRewind, in one sentence, where there may be no other. */
  open: (make: () => Promise<Opened>) => Promise<Fork>;
  all: () => Fork[];
  /** Stops all, for the shop that they are beside is closing, and lets no other be opened. */
  close: () => Promise<void>;
};

const timeOf = (at: number) => `${new Date(at).toISOString().slice(11, 19)} UTC`;

/** How a fork is named in a sentence. */
const forkInWords = ({ n, api, at }: Pick<Fork, "n" | "api" | "at">): string =>
  `fork ${n} from ${timeOf(at)} at ${api}`;

/** No forks yet: two at most are open at once, and a fork has none of its own. */
export const createForks = (forkOf: ForkOf | undefined): Forks => {
  const forks = new Map<number, Fork>();
  let [count, opening, closed] = [0, 0, false];

  const check = () => {
    if (forkOf)
      throw new CannotRewind(`This shop is a fork itself: fork its original, at ${forkOf.api}.`);
    if (closed) throw new CannotRewind("The shop is closing.");
    if (forks.size + opening < MOST) return;
    const [first] = forks.keys();
    if (forks.size === 0 || first === undefined)
      throw new CannotRewind("Two forks are being opened already: look again when they are there.");
    const open = [...forks.values()].map(forkInWords).join(", and ");
    throw new CannotRewind(
      `There are ${forks.size + opening} forks already, ${open}: stop one, with \`stop-fork ${first}\`.`,
    );
  };

  return {
    async open(make) {
      check();
      opening += 1;
      try {
        const opened = await make();
        count += 1;
        const n = count;
        const fork: Fork = {
          ...opened,
          n,
          async stop() {
            if (forks.delete(n)) await opened.stop();
          },
        };
        forks.set(n, fork);
        // Its shop was stopped while it was being opened: so is it.
        if (closed) {
          await fork.stop();
          throw new CannotRewind("The shop is closing.");
        }
        return fork;
      } finally {
        opening -= 1;
      }
    },
    all: () => [...forks.values()],
    async close() {
      closed = true;
      await Promise.all([...forks.values()].map(({ stop }) => stop()));
    },
  };
};
