import { batch, signal } from "@preact/signals";
import { ask, Refusal, sentenceOf } from "./ask.ts";
import { addLines } from "./lines.ts";
import type { Line } from "./types.ts";

/** So long an answer is waited for, in milliseconds. */
const WAIT_MS = 20_000;
const AGAIN_MS = 1_000;
/** From one answer to the next question, in milliseconds: what passes meanwhile comes together, or each entry would be asked for alone. */
const GATHER_MS = 60;

type News = {
  epoch: number;
  now: number;
  first: number;
  last: number;
  skipped: number;
  /** The last entry that was looked at; some are not told. */
  upto: number;
  entries: Line[];
};

/** Goes up with every line, reset or rewind: whoever reads `lines` reads this. */
export const version = signal(0);
/** Another number means another story: time was put back, or the shop is another one. */
const epoch = signal(0);
/** What is wrong with the connection, in one sentence; undefined where nothing is. */
export const lost = signal<string | undefined>(undefined);
/** The shop's time, in virtual milliseconds since 1970, as it was told last; and when, on this page's clock. */
export const told = signal({ now: 0, at: 0 });
/** How many lines were not told, for they came too fast. */
export const skipped = signal(0);

/** The newest lines of the trace, the oldest first. Changed in place; `version` says when. */
export const lines: Line[] = [];

const hearers = new Set<(fresh: readonly Line[]) => void>();
const restarts = new Set<() => void>();

/** Hears lines as they come. Answers how to stop. */
export const hear = (hearer: (fresh: readonly Line[]) => void): (() => void) => {
  hearers.add(hearer);
  return () => void hearers.delete(hearer);
};

/** Hears that everything begins anew. Answers how to stop. */
export const onRestart = (hearer: () => void): (() => void) => {
  restarts.add(hearer);
  return () => void restarts.delete(hearer);
};

const take = (news: News) => {
  const another = news.epoch !== epoch.value || news.last < (lines.at(-1)?.seq ?? 0);
  batch(() => {
    if (another) {
      lines.length = 0;
      skipped.value = 0;
      for (const restart of restarts) restart();
    }
    addLines(lines, news.entries);
    epoch.value = news.epoch;
    skipped.value += news.skipped;
    told.value = { now: news.now, at: performance.now() };
    lost.value = undefined;
    version.value += 1;
  });
  for (const hearer of hearers) hearer(news.entries);
};

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Follows the trace from now on, and through whatever happens to the shop. */
export const follow = async (): Promise<never> => {
  let seen = -1;
  for (;;) {
    try {
      const path =
        seen < 0
          ? "trace?newest=true&limit=2000"
          : `trace?after=${seen}&wait=${lost.value ? 0 : WAIT_MS}&limit=2000`;
      const begun = epoch.value;
      const news = await ask<News>(path, { signal: AbortSignal.timeout(WAIT_MS + 10_000) });
      take(news);
      // Of another story everything is asked again.
      seen = begun !== 0 && begun !== news.epoch ? -1 : news.upto;
      await pause(GATHER_MS);
    } catch (error) {
      lost.value =
        error instanceof Refusal ? sentenceOf(error) : "The shop does not answer. Trying again…";
      // A shop that was started again has a story of its own.
      seen = -1;
      await pause(AGAIN_MS);
    }
  }
};
