import { type Arrivals, createArrivals } from "emulator/boot/arrivals";
import type { Moment } from "emulator/boot/moments";
import { createTimeline } from "emulator/boot/timeline";
import type { WireHandler } from "emulator/doors/wire/message";
import { listenOnLoopback } from "emulator/doors/wire/server";
import { type PacedClock, pacedClock } from "emulator/kernel/paced-clock";
import type { Fork, ForkOf, ShopTimeline } from "./console/beside.ts";
import { createForks, type Opened } from "./forks.ts";
import { openShop, type ShopOptions } from "./open.ts";
import type { Shop } from "./shop.ts";

/** The shop in this process on a clock that can be paused, slowed, stepped and turned back, with its past. */
export type LiveShop = Omit<Shop, "stop"> & {
  clock: PacedClock;
  timeline: ShopTimeline;
  /** What to serve to those outside: requests to the API wait while time is paused, pages and the AWS endpoint answer. */
  outside: { api: WireHandler; aws: WireHandler };
  /** Stops it, and its forks with it. */
  stop: () => Promise<void>;
};

/** What a boot makes by itself, with the addresses that it is at. */
const madeAtBoot = ["iam.keys", "lambda.functions"];

type LiveOptions = Omit<ShopOptions, "clock" | "runtime"> & {
  clock: PacedClock;
  /** Why nothing may be turned back, if that is so. */
  forbidden?: string | undefined;
  /** What it measures with how long keeping a moment takes; the machine's own where it is not given. */
  monotonic?: (() => number) | undefined;
  /** Hears of each moment that it was turned back to. */
  rewound?: (moment: Moment, what: "rewound" | "reset") => void;
  /** Whose fork it is, where it is one. */
  forkOf?: ForkOf;
  /** Hears of each fork that is opened. Answers what to do when it is stopped. */
  forked?: (fork: Omit<Fork, "n" | "stop">) => () => void;
};

const outsideOf = ({ handlers, pages }: Shop, arrivals: Arrivals): LiveShop["outside"] => {
  const api = arrivals.letIn(handlers.api);
  return {
    api: async (request) => (await pages(request)) ?? api(request),
    aws: arrivals.letIn(handlers.aws, { wait: false }),
  };
};

/** Opens the shop on a paced clock, with its functions in this process. */
export const liveShop = async (options: LiveOptions): Promise<LiveShop> => {
  const { clock, forbidden, rewound, monotonic, forkOf, forked, ...rest } = options;
  const shop = await openShop({ ...rest, clock, runtime: "inline", followCode: true });
  const arrivals = createArrivals(clock);
  const { trace } = shop.cloud;
  let turn: number | undefined;
  const timeline = createTimeline({
    cloud: shop.cloud,
    clock,
    arrivals,
    forbidden,
    seq: () => trace.last,
    ...(monotonic && { monotonic }),
    turned(moment, what) {
      trace.turn();
      // Whoever keeps what passed learns from it what has not happened.
      turn = trace.write({ kind: "clock", what, to: moment.seq, cause: undefined }).seq;
      return turn;
    },
    rewound: (moment, what) =>
      trace.under(turn, async () => {
        await shop.beside.turned?.();
        rewound?.(moment, what);
      }),
  });
  const forks = createForks(forkOf);

  const forkFrom = async (id: number): Promise<Opened> => {
    const { parts, clock: moment } = timeline.worldAt(id);
    const { seq = 0 } = timeline.moments().find((one) => one.id === id) ?? {};
    // Whoever looks at the fork sees the orders of its past as well.
    const before = trace.entries(0, Number.POSITIVE_INFINITY).filter((one) => one.seq <= seq);
    const own = pacedClock({ from: moment });
    const [aws, api] = await Promise.all([listenOnLoopback(0), listenOnLoopback(0)]);
    const close = async () => {
      own.stop();
      await Promise.all([aws.stop(), api.stop()]);
    };
    const taken = new Map(parts);
    for (const name of madeAtBoot) taken.delete(name);
    try {
      const live = await liveShop({
        ...rest,
        clock: own,
        apiUrl: api.url,
        awsUrl: aws.url,
        credentials: shop.administrator,
        forkOf: { api: shop.urls.api, at: moment.now },
        trace: { before },
        restore: (keeper) => {
          own.turnBack(moment); // what its boot drew is no part of the story
          keeper.put(taken);
        },
      });
      await live.timeline.mark("forked");
      aws.serve(live.outside.aws);
      api.serve(live.outside.api);
      const fork = { api: api.url, aws: aws.url, token: live.pageToken, at: moment.now };
      const forget = forked?.(fork);
      return {
        ...fork,
        async stop() {
          forget?.();
          await live.stop();
          await close();
        },
      };
    } catch (error) {
      await close();
      throw error;
    }
  };

  // What the console and the commands drive.
  shop.beside.clock = clock;
  shop.beside.forkOf = forkOf;
  const live: LiveShop = {
    ...shop,
    clock,
    outside: outsideOf(shop, arrivals),
    timeline: {
      ...timeline,
      fork: (id) => forks.open(() => forkFrom(id)),
      forks: forks.all,
    },
    async stop() {
      timeline.stop();
      arrivals.interrupt("The shop is closing.");
      shop.stop();
      await forks.close();
    },
  };
  shop.beside.timeline = live.timeline;
  return live;
};
