import { type Arrivals, createArrivals } from "emulator/boot/arrivals";
import type { Moment } from "emulator/boot/moments";
import { CannotRewind, createTimeline, type WorldMoment } from "emulator/boot/timeline";
import type { WireHandler } from "emulator/doors/wire/message";
import { listenOnLoopback } from "emulator/doors/wire/server";
import { type PacedClock, pacedClock } from "emulator/kernel/paced-clock";
import type { Fork, ShopTimeline } from "./console/beside.ts";
import { openShop, type ShopOptions } from "./open.ts";
import type { Shop } from "./shop.ts";

/** The shop in this process on a clock that can be paused, slowed, stepped and turned back, with its past. */
export type LiveShop = Shop & {
  clock: PacedClock;
  timeline: ShopTimeline;
  /** What to serve to those outside: requests to the API wait while time is paused, pages and the AWS endpoint answer. */
  outside: { api: WireHandler; aws: WireHandler };
};

const MOST_FORKS = 2;

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
  const { clock, forbidden, rewound, monotonic, ...rest } = options;
  const shop = await openShop({ ...rest, clock, runtime: "inline", followCode: true });
  const arrivals = createArrivals(clock);
  const { trace } = shop.cloud;
  const timeline = createTimeline({
    cloud: shop.cloud,
    clock,
    arrivals,
    forbidden,
    seq: () => trace.last,
    ...(monotonic && { monotonic }),
    rewound(moment, what) {
      trace.turn();
      // Whoever keeps what passed learns from it what has not happened.
      trace.write({ kind: "clock", what, to: moment.seq, cause: undefined });
      rewound?.(moment, what);
    },
  });
  const forks = new Set<Fork>();
  let opening = 0;

  const forkAt = async ({ parts, clock: moment }: WorldMoment): Promise<Fork> => {
    const own = pacedClock({ from: moment });
    const [aws, api] = await Promise.all([listenOnLoopback(0), listenOnLoopback(0)]);
    const taken = new Map(parts);
    for (const name of madeAtBoot) taken.delete(name);
    const live = await liveShop({
      ...rest,
      clock: own,
      apiUrl: api.url,
      awsUrl: aws.url,
      credentials: shop.administrator,
      restore: (keeper) => {
        own.turnBack(moment); // what its boot drew is no part of the story
        keeper.put(taken);
      },
    });
    await live.timeline.mark("forked");
    aws.serve(live.outside.aws);
    api.serve(live.outside.api);
    const fork: Fork = {
      api: api.url,
      aws: aws.url,
      token: live.pageToken,
      async stop() {
        if (!forks.delete(fork)) return;
        await Promise.all([aws.stop(), api.stop()]);
        live.stop();
        own.stop();
      },
    };
    return fork;
  };

  // What the console and the commands drive.
  shop.beside.clock = clock;
  const live: LiveShop = {
    ...shop,
    clock,
    outside: outsideOf(shop, arrivals),
    timeline: {
      ...timeline,
      async fork(id) {
        const from = timeline.worldAt(id);
        if (forks.size + opening >= MOST_FORKS)
          throw new CannotRewind(`There are ${MOST_FORKS} forks already: stop one.`);
        opening += 1;
        try {
          const fork = await forkAt(from);
          forks.add(fork);
          return fork;
        } finally {
          opening -= 1;
        }
      },
    },
    stop() {
      timeline.stop();
      arrivals.interrupt("The shop is closing.");
      for (const fork of forks) void fork.stop();
      shop.stop();
    },
  };
  shop.beside.timeline = live.timeline;
  return live;
};
