import { openBooks } from "../judge/books.ts";
import { judge, judged, type Violation } from "../judge/judge.ts";
import type { Shop } from "../shop.ts";

/** What holds at every moment; all else of the judge's promises holds when everything has come to rest. */
const ALWAYS = /^(I1|I2|I15) /;

/** A promise, and whether it holds now. */
export type Judged = {
  invariant: string;
  /** "waiting": it is to hold at rest, and something is under way. */
  state: "holds" | "broken" | "waiting";
  broken: { what: string; order?: string }[];
};

/** What a look at the books has found. */
type Look = { at: number; atRest: boolean; orders: number; invariants: Judged[] };

/** The promises, judged on a running shop while somebody looks. */
export type LiveInvariants = {
  /** The newest look; a new one where the last is too old. */
  look: () => Promise<Look>;
};

const orderIn = (what: string) => /(?:ord|pay)_[0-9A-HJKMNP-TV-Z]{26}/.exec(what)?.[0];

const described = (what: string) => {
  const order = orderIn(what)?.replace("pay_", "ord_");
  return { what, ...(order && { order }) };
};

/** Looking costs about this share of the time, and comes no more often than this ... */
const SHARE = 0.02;
const AT_MOST_EVERY_MS = 1_000;
/** ... but no later than this: who watches does not take what is long past for now, however slow a look was. */
const AT_LEAST_EVERY_MS = 5_000;

/**
 * Judges a shop that runs. Books that are read while they are written may not fit together for a moment: only what two looks
 * have found is broken. `now` is the machine's time, for it is the machine that must not be kept busy.
 */
export const liveInvariants = (
  shop: Shop,
  now: () => number = () => performance.now(),
): LiveInvariants => {
  let last: { look: Look; next: number } | undefined;
  let under: Promise<Look> | undefined;
  let seen = new Set<string>();

  const textOf = ({ invariant, what }: Violation) => `${invariant}: ${what}`;
  const find = async (): Promise<{ found: Violation[]; atRest: boolean; orders: number }> => {
    const books = await openBooks(shop);
    const waiting = new Set(
      books.orders.filter(({ state }) => state.status === "NEEDS_ATTENTION").map(({ id }) => id),
    );
    // What a person has to decide about holds its stock until then.
    const found = judge(books).filter(
      ({ invariant, what }) => !invariant.startsWith("I9 ") || !waiting.has(orderIn(what)),
    );
    const rest = books.running.length === 0 && (await shop.atRest());
    return { found, atRest: rest, orders: books.orders.length };
  };

  const take = async (): Promise<Look> => {
    const began = now();
    let { found, atRest, orders } = await find();
    const relevant = () => found.filter(({ invariant }) => atRest || ALWAYS.test(invariant));
    const doubtful = relevant().filter((one) => !seen.has(textOf(one)));
    if (doubtful.length > 0) {
      const before = new Set(found.map(textOf));
      ({ found, atRest, orders } = await find());
      found = found.filter((one) => before.has(textOf(one)));
    }
    seen = new Set(relevant().map(textOf));
    const broken = Map.groupBy(relevant(), ({ invariant }) => invariant);
    const look: Look = {
      at: shop.cloud.clock.now(),
      atRest,
      orders,
      invariants: judged.map((invariant) => {
        const mine = (broken.get(invariant) ?? []).map(({ what }) => described(what));
        const state =
          mine.length > 0 ? "broken" : atRest || ALWAYS.test(invariant) ? "holds" : "waiting";
        return { invariant, state, broken: mine };
      }),
    };
    const took = now() - began;
    const pause = Math.min(AT_LEAST_EVERY_MS, Math.max(AT_MOST_EVERY_MS, took / SHARE));
    last = { look, next: now() + pause };
    return look;
  };

  return {
    look() {
      if (under) return under;
      if (last && now() < last.next && shop.cloud.clock.now() >= last.look.at)
        return Promise.resolve(last.look);
      under = take().finally(() => {
        under = undefined;
      });
      return under;
    },
  };
};
