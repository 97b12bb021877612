import { signal } from "@preact/signals";
import { ask, sentenceOf } from "./ask.ts";
import { onRestart } from "./live.ts";
import { oneAtATime } from "./one-at-a-time.ts";

/**
 * Something of the server's that is looked at again and again. With `ofLife` it is forgotten when time is put back: what was
 * known, and what is being answered, is of a life that is gone.
 */
export const looked = <T>(path: string, first: T, { ofLife = false } = {}) => {
  const value = signal<T>(first);
  const wrong = signal<string | undefined>(undefined);
  let life = 0;
  if (ofLife)
    onRestart(() => {
      life += 1;
      value.value = first;
    });
  const look = oneAtATime(async () => {
    const asked = life;
    try {
      const found = await ask<T>(path);
      if (asked !== life) return;
      value.value = found;
      wrong.value = undefined;
    } catch (error) {
      wrong.value = sentenceOf(error);
    }
  });
  return {
    value,
    wrong,
    look,
    /** Whether there was an answer yet: before it, nothing is known to be empty. */
    isKnown: () => value.value !== first,
    /** Looks every so many milliseconds while the page is seen, and as soon as time was put back. Answers how to stop. */
    every(ms: number) {
      void look();
      const deaf = onRestart(() => void look());
      const timer = setInterval(() => {
        if (!document.hidden) void look();
      }, ms);
      return () => {
        deaf();
        clearInterval(timer);
      };
    },
  };
};
