import type { Timer } from "../../kernel/clock.ts";
import type { Store } from "./store.ts";
import { forgetClosed, forgetOldRecords, retention } from "./stream-log.ts";

/** Forgets finished transactions by their tokens, which leave in the order in which they came: the map's own. */
export const forgetTokens = ({ tokens, world }: Store) => {
  for (const [token, { until }] of tokens) {
    if (until > world.clock.now()) return;
    tokens.delete(token);
  }
};

/** Forgets what has had its time, as time passes: only runs while there is something to forget. */
export type Forgetter = {
  /** There is something that may not be waited for yet. */
  wake: () => void;
  stop: () => void;
  resume: () => void;
};

/** Much is forgotten at once: records an hour's worth at a time, tokens those of a minute. */
const hour = 3600_000;
const minute = 60_000;

/** Records after a day, and streams that were closed; tokens of transactions after ten minutes. */
export const forgetterOf = (store: Store): Forgetter => {
  const { clock } = store.world;
  let timer: Timer | undefined;
  let [armed, live] = [Number.POSITIVE_INFINITY, true];

  /** The newest record of a stream stays: the count goes on behind it. */
  const due = () => {
    let at = Number.POSITIVE_INFINITY;
    for (const { records, closedAt } of store.streams.values()) {
      const since = closedAt ?? (records.length > 1 ? records[0]?.at : undefined);
      if (since !== undefined) at = Math.min(at, since + retention + hour);
    }
    for (const { until } of store.tokens.values()) return Math.min(at, until + minute);
    return at;
  };
  const disarm = () => {
    timer?.cancel();
    timer = undefined;
    armed = Number.POSITIVE_INFINITY;
  };
  const wake = () => {
    const at = live ? due() : Number.POSITIVE_INFINITY;
    if (at >= armed) return;
    disarm();
    armed = at;
    timer = clock.after(Math.max(0, at - clock.now()), "dynamodb forget", () => {
      disarm();
      forgetClosed(store);
      forgetOldRecords(store);
      forgetTokens(store);
      wake();
    });
  };
  return {
    wake,
    stop() {
      live = false;
      disarm();
    },
    resume() {
      live = true;
      disarm();
      wake();
    },
  };
};
