import { seededRandom } from "emulator/kernel/chance";
import type { Clock, Timer } from "emulator/kernel/clock";
import type { Shop } from "../shop.ts";
import { freshKey, placeOrder } from "./orders.ts";

/** How orders of a robot fare: which cards, how often. */
export const mixes: Record<string, [card: string, share: number][]> = {
  good: [["tok_approve", 1]],
  mixed: [
    ["tok_approve", 7],
    ["tok_decline", 1],
    ["tok_twice", 1],
    ["tok_disorder", 1],
  ],
  trouble: [
    ["tok_approve", 3],
    ["tok_decline", 3],
    ["tok_late", 1],
    ["tok_timeout_approve", 1],
    ["tok_timeout_decline", 1],
    ["tok_twice", 1],
    ["tok_disorder", 1],
  ],
};

/** What there is enough of, and how much of it a robot wants. */
const goods = ["prd_hay", "prd_collar", "prd_fish-food", "prd_hamster-wheel", "prd_fish-bowl"];

/** What a robot was told to do. */
type Job = { perSecond: number; mix: string; most: number; seed: number };

/** How far a robot is. */
export type RobotState = Job & {
  running: boolean;
  sent: number;
  taken: number;
  /** Answers that were not 202, by their status. */
  refused: Record<string, number>;
};

/** A customer who never sleeps: places orders at a rate, and stops by itself. */
export type Robot = {
  start: (job: Job) => void;
  stop: () => void;
  state: () => RobotState | undefined;
  /** Stops it, for time was put back; what it had not begun by then is forgotten. */
  turned: () => void;
};

const chooser = (mix: string, random: () => number) => {
  const cards = (mixes[mix] ?? []).flatMap(([card, share]) => Array<string>(share).fill(card));
  return () => cards[Math.floor(random() * cards.length)] as string;
};

/** A robot that orders in a shop, on its clock. The same seed wants the same things in the same order. */
export const createRobot = (shop: Shop): Robot => {
  const clock: Clock = shop.cloud.clock;
  const customers = shop.accounts.filter(({ groups }) => groups.length === 0);
  let state: RobotState | undefined;
  let timer: Timer | undefined;
  let begun = 0;

  const stop = () => {
    timer?.cancel();
    if (state) state.running = false;
  };
  return {
    stop,
    turned() {
      stop();
      if (begun >= clock.now()) state = undefined;
    },
    state: () => state && { ...state, refused: { ...state.refused } },
    start(job) {
      stop();
      const random = seededRandom(job.seed);
      const cardOf = chooser(job.mix, random);
      const mine: RobotState = { ...job, running: true, sent: 0, taken: 0, refused: {} };
      state = mine;
      const refused = (why: string) => {
        mine.refused[why] = (mine.refused[why] ?? 0) + 1;
      };
      const order = async () => {
        const as = customers[Math.floor(random() * customers.length)]?.name ?? "alice";
        const productId = goods[Math.floor(random() * goods.length)] as string;
        const lines = [{ productId, quantity: 1 + Math.floor(random() * 2) }];
        try {
          const { status } = await placeOrder(shop, {
            as,
            lines,
            card: cardOf(),
            key: freshKey("robot"),
          });
          if (status === 202) mine.taken += 1;
          else refused(String(status));
        } catch {
          refused("no answer");
        }
      };
      const began = clock.now();
      begun = began;
      const { epoch } = shop.cloud.trace;
      const next = () => {
        if (!mine.running) return;
        // What was begun in a time that was turned back is over.
        if (shop.cloud.trace.epoch !== epoch) return stop();
        if (mine.sent >= mine.most) return stop();
        mine.sent += 1;
        void order();
        // From the beginning, not from the last one: a robot keeps its rate.
        const due = began + (mine.sent * 1000) / mine.perSecond;
        timer = clock.after(Math.max(0, due - clock.now()), "the robot orders", next);
      };
      next();
    },
  };
};
