import { signal } from "@preact/signals";
import type { Passed } from "../../../local/console/events-passed.ts";
import { ask, sentenceOf } from "../ask.ts";
import { oneAtATime } from "../one-at-a-time.ts";

type Answer = {
  epoch: number;
  first: number;
  last: number;
  total: number;
  types: string[];
  events: Passed[];
};

/** What the list is asked for. */
export const filter = signal({ type: "", order: "", text: "" });
/** The events that are shown, the oldest first. */
export const passed = signal<Passed[]>([]);
/** Every type that there is. */
export const types = signal<string[]>([]);
/** What is wrong, in one sentence. */
export const passedWrong = signal<string | undefined>(undefined);
/** Whether there was an answer yet. */
export const passedKnown = signal(false);

/** So many are shown. */
const MOST = 10_000;
let since = 0;
let epoch: number | undefined;
let shown = "";

const once = async () => {
  const { type, order, text } = filter.value;
  const words = new URLSearchParams({ type, order, text }).toString();
  if (words !== shown) since = 0;
  const news = await ask<Answer>(`events?${words}&since=${since}&limit=${MOST}`);
  if (since > 0 && (news.epoch !== epoch || news.last < since)) {
    // Time was put back: what is known may not have happened.
    since = 0;
    return once();
  }
  if (since === 0) passed.value = news.events;
  else if (news.events.length > 0) {
    const bySeq = new Map(passed.value.map((event) => [event.seq, event]));
    for (const event of news.events) bySeq.set(event.seq, event);
    passed.value = [...bySeq.values()].sort((a, b) => a.seq - b.seq).slice(-MOST);
  }
  // The trace forgets its oldest.
  if ((passed.value[0]?.seq ?? news.first) < news.first)
    passed.value = passed.value.filter(({ seq }) => seq >= news.first);
  shown = words;
  epoch = news.epoch;
  since = news.last;
  types.value = news.types.length === types.value.length ? types.value : news.types;
  passedKnown.value = true;
};

/** Looks for what is new. */
export const lookAtPassed = oneAtATime(async () => {
  try {
    await once();
    passedWrong.value = undefined;
  } catch (error) {
    passedWrong.value = sentenceOf(error);
  }
});
