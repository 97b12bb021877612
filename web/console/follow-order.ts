import { type Signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { ask, Refusal, sentenceOf } from "./ask.ts";
import { hear, lookedAt, onRestart } from "./live.ts";
import { oneAtATime } from "./one-at-a-time.ts";

/** What is told of an order; why it is not, where it is not. */
type Told<T> = { told: Signal<T | undefined>; wrong: Signal<string | undefined> };

export type Following<T> = {
  /** News are looked at so long after they came, for they come many together. */
  soonMs: number;
  /** So long after a look one looks again, although nothing passed; undefined where one need not. */
  againMs?: (told: Signal<T | undefined>, wrong: Signal<string | undefined>) => number | undefined;
};

/** Looks at something of an order, and again whenever there is more of it or time was put back. What was told goes with the order. */
export const useOrder = <T>(
  orderId: string,
  path: string,
  { soonMs, againMs }: Following<T>,
): Told<T> => {
  const told = useSignal<T | undefined>(undefined);
  const wrong = useSignal<string | undefined>(undefined);
  useEffect(() => {
    let current = true;
    let known: number | undefined;
    lookedAt.value = orderId;
    let timer: ReturnType<typeof setTimeout> | undefined;
    told.value = undefined;
    const look = oneAtATime(async () => {
      try {
        const found = await ask<T>(`${path}/${encodeURIComponent(orderId)}`);
        if (!current) return;
        told.value = found;
        wrong.value = undefined;
      } catch (error) {
        if (!current) return;
        // What the shop does not know any more is not shown; what it did not answer is, until it answers.
        if (error instanceof Refusal) told.value = undefined;
        wrong.value = sentenceOf(error);
      }
      const again = againMs?.(told, wrong);
      if (again !== undefined) soon(again);
    });
    const soon = (ms: number) => {
      timer ??= setTimeout(() => {
        timer = undefined;
        void look();
      }, ms);
    };
    void look();
    const stops = [
      hear(({ size }) => {
        // Who asked before it was looked at does not say how much there is of it.
        if (size === undefined || size !== known) soon(soonMs);
        known = size;
      }),
      onRestart(() => soon(0)),
    ];
    return () => {
      current = false;
      if (lookedAt.value === orderId) lookedAt.value = undefined;
      clearTimeout(timer);
      for (const stop of stops) stop();
    };
  }, [orderId, told, wrong]);
  return { told, wrong };
};
