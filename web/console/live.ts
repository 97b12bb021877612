import { batch, signal } from "@preact/signals";
import { ask, Refusal, sentenceOf } from "./ask.ts";
import type { News, Passing } from "./types.ts";

/** So long an answer is waited for, in milliseconds. */
const WAIT_MS = 20_000;
const AGAIN_MS = 1_000;
/** From one answer to the next question, in milliseconds: what passes meanwhile comes together, or each entry would be asked for alone. */
const GATHER_MS = 60;
/** So many entries in one answer are a crowd, of which nobody reads each: then it is looked at less often. */
const CROWD = 250;
const CROWD_GATHER_MS = 250;

/** Another number means another story: time was put back, or the shop is another one. */
let epoch = 0;
/** The number of the newest entry of the trace. */
export const last = signal(0);
/** What is wrong with the connection, in one sentence; undefined where nothing is. */
export const lost = signal<string | undefined>(undefined);
/** The shop's time, in virtual milliseconds since 1970, as it was told last; and when, on this page's clock. */
export const told = signal({ now: 0, at: 0 });
/** How many entries were not told, for they came too fast. */
export const skipped = signal(0);
/** The order that is looked at: of it one hears how much of it there is. */
export const lookedAt = signal<string | undefined>(undefined);

/** What one hears. */
type Heard = {
  passed: readonly Passing[];
  /** Of how many entries it is the sum. */
  entries: number;
  /** It was before this page came. */
  isOld: boolean;
  /** How much there is of the order that is looked at, where that was asked. */
  size: number | undefined;
};

const hearers = new Set<(heard: Heard) => void>();
const restarts = new Set<() => void>();

/** Hears what passes, summed up. Answers how to stop. */
export const hear = (hearer: (heard: Heard) => void): (() => void) => {
  hearers.add(hearer);
  return () => void hearers.delete(hearer);
};

/** Hears that everything begins anew. Answers how to stop. */
export const onRestart = (hearer: () => void): (() => void) => {
  restarts.add(hearer);
  return () => void restarts.delete(hearer);
};

const take = (news: News, { seen, order }: { seen: number; order: string | undefined }) =>
  batch(() => {
    if (seen < 0) {
      skipped.value = 0;
      for (const restart of restarts) restart();
    }
    epoch = news.epoch;
    last.value = news.last;
    skipped.value += news.skipped;
    told.value = { now: news.now, at: performance.now() };
    lost.value = undefined;
    const size = order === lookedAt.value ? news.size : undefined;
    const { passed, upto } = news;
    for (const hearer of hearers) hearer({ passed, entries: upto - seen, isOld: seen < 0, size });
  });

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Waits until what was told is drawn, and while nobody sees the page: the next question is for who has seen the last answer. */
const drawn = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));

/** Follows the trace from now on, and through whatever happens to the shop. */
export const follow = async (): Promise<never> => {
  let seen = -1;
  for (;;) {
    try {
      const order = lookedAt.value;
      const path =
        seen < 0
          ? "news?newest=true&limit=2000"
          : `news?after=${seen}&wait=${lost.value ? 0 : WAIT_MS}`;
      const of = order === undefined ? "" : `&order=${encodeURIComponent(order)}`;
      const news = await ask<News>(`${path}${of}`, {
        signal: AbortSignal.timeout(WAIT_MS + 10_000),
      });
      if (seen >= 0 && (news.epoch !== epoch || news.last < last.value)) {
        seen = -1; // of another story everything is asked again, or it would be heard twice
        continue;
      }
      take(news, { seen, order });
      const crowd = seen >= 0 && news.upto - seen > CROWD;
      seen = news.upto;
      await drawn();
      await pause(crowd ? CROWD_GATHER_MS : GATHER_MS);
    } catch (error) {
      lost.value =
        error instanceof Refusal ? sentenceOf(error) : "The shop does not answer. Trying again…";
      // A shop that was started again has a story of its own.
      seen = -1;
      await pause(AGAIN_MS);
    }
  }
};
