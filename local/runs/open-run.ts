import { randomInt } from "node:crypto";
import { basename } from "node:path";
import { CannotRewind } from "emulator/boot/timeline";
import { listenOnLoopback } from "emulator/doors/wire/server";
import { pacedClock } from "emulator/kernel/paced-clock";
import { CannotStart } from "emulator/kernel/refusals";
import { readRecording } from "emulator/recording/read-recording";
import {
  noRuntime,
  type PastMoment,
  putMoments,
  recordedTimeline,
} from "emulator/recording/recorded-world";
import type { Recording } from "emulator/recording/recording";
import { unreadable } from "emulator/recording/sealed-file";
import { graphHash } from "emulator/recording/write-recording";
import { createForks, type Opened } from "../forks.ts";
import { indexOrders } from "../lens/order-index.ts";
import { orderList } from "../lens/orders.ts";
import { liveShop } from "../live-shop.ts";
import { openShop } from "../open.ts";
import { shopGraph } from "../repository.ts";
import type { Shop } from "../shop.ts";
import type { BuiltPages } from "../web/built.ts";
import type { AboutRun } from "./about-run.ts";
import { projectVersion } from "./export-run.ts";
import { recordedDoor } from "./recorded-door.ts";
import { runShapes } from "./run-shapes.ts";

/** A run that is looked at, at addresses of its own. */
export type OpenRun = {
  about: AboutRun;
  shop: Shop;
  api: string;
  aws: string;
  token: string;
  stop: () => Promise<void>;
};

export type OpenRunOptions = {
  file: string;
  /** What to call the file; its own name where nothing is said. */
  name?: string | undefined;
  port?: number;
  apiPort?: number;
  web?: BuiltPages | undefined;
  /** Hears what failed in a shop that goes on from the run. */
  say?: (text: string) => void;
  /** Ends the opening, where nobody waits for it any more: then it rejects, and nothing of it is there. */
  signal?: AbortSignal | undefined;
};

/** Chance that nobody knows: what a boot draws its keys from. Who has the file of a run knows the run's. */
const ownChance = () => Array.from({ length: 4 }, () => randomInt(2 ** 32 - 1) | 0);

const dayOf = (ms: number) => `${new Date(ms).toISOString().slice(0, 16).replace("T", " ")} UTC`;

const aboutOf = ({ head }: Recording, file: string): AboutRun => {
  const sameGraph = head.graphHash === graphHash(shopGraph());
  const goOn = sameGraph
    ? "'Go on from here' makes a shop of it"
    : "it can only be looked at, for it was made with another version's infrastructure";
  return {
    ...head,
    file,
    sameGraph,
    hereVersion: projectVersion(),
    sentence: `This is a recorded run of ${dayOf(head.recordedAt)}; ${goOn}.`,
  };
};

/**
 * Opens a run from a file, to be looked at: nothing happens in it, and time stands. Throws CannotStart, with one sentence,
 * for a file that is no run; then nothing of it is there.
 */
export const openRun = async (options: OpenRunOptions): Promise<OpenRun> => {
  const { file, name = basename(file), port = 0, apiPort = 0, web, signal } = options;
  const { say = () => {} } = options;
  const recording = await readRecording(file, name, { shapes: runShapes, signal });
  const about = aboutOf(recording, name);
  const graph = about.sameGraph ? shopGraph() : recording.graph;
  const last = recording.moments.at(-1);
  if (!last) throw unreadable(name, "has no moment");
  const [aws, api] = await Promise.all([listenOnLoopback(port), listenOnLoopback(apiPort)]);
  const clock = pacedClock({
    from: { now: last.clock.now, chance: ownChance() },
    onError: (error) =>
      say(`The run of ${name}: ${error instanceof Error ? error.message : error}`),
  });
  const pages = web && { web };
  let moments: PastMoment[] = [];
  const open = async () => {
    const shop = await openShop({
      ...pages,
      graph,
      clock,
      runtime: noRuntime,
      seeded: false,
      apiUrl: api.url,
      awsUrl: aws.url,
      trace: { recorded: recording.entries },
      restore(keeper) {
        clock.pause();
        clock.turnBack(last.clock); // whatever the boot had left to be done is not
        moments = putMoments(keeper, recording.moments);
      },
    });
    try {
      return [shop, await visit(shop)] as const;
    } catch (error) {
      shop.stop();
      throw error;
    }
  };
  const close = async () => {
    clock.stop();
    await Promise.all([aws.stop(), api.stop()]);
  };
  /** Goes to every moment, and lists its orders: what nothing can be made of is said now, not when somebody looks. */
  const visit = async (shop: Shop) => {
    const { cloud } = shop;
    const timeline = recordedTimeline({ cloud, clock, moments, refusal: about.sentence });
    const index = indexOrders(cloud.trace);
    for (const { moment } of moments) {
      signal?.throwIfAborted();
      await timeline.rewind(moment.id);
      orderList(shop, index)("");
    }
    return timeline;
  };
  const [shop, timeline] = await open().catch(async (error: Error) => {
    await close();
    if (signal?.aborted) throw error;
    throw unreadable(
      name,
      `is no run that can be opened here: ${error.message.replace(/\.$/, "")}`,
    );
  });

  const goingOn = createForks(undefined);
  const goOnFrom = async (id: number): Promise<Opened> => {
    const { parts, clock: moment } = timeline.worldAt(id);
    const { seq = 0 } = timeline.moments().find((one) => one.id === id) ?? {};
    const own = pacedClock({
      from: { now: moment.now, chance: ownChance() },
      onError: (error, label) => say(`${label}: ${error instanceof Error ? error.message : error}`),
    });
    const [awsDoor, apiDoor] = await Promise.all([listenOnLoopback(0), listenOnLoopback(0)]);
    const end = async () => {
      own.stop();
      await Promise.all([awsDoor.stop(), apiDoor.stop()]);
    };
    try {
      const live = await liveShop({
        ...pages,
        graph,
        clock: own,
        apiUrl: apiDoor.url,
        awsUrl: awsDoor.url,
        trace: { before: recording.entries.filter((one) => one.seq <= seq) },
        restore(keeper) {
          own.turnBack(moment);
          keeper.put(parts);
        },
      });
      await live.timeline.mark("went on from a recorded run");
      awsDoor.serve(live.outside.aws);
      apiDoor.serve(live.outside.api);
      return {
        api: apiDoor.url,
        aws: awsDoor.url,
        token: live.pageToken,
        at: moment.now,
        async stop() {
          await live.stop();
          await end();
        },
      };
    } catch (error) {
      await end();
      throw new CannotStart(`It cannot go on from there: ${(error as Error).message}`);
    }
  };

  shop.beside.clock = clock;
  shop.beside.timeline = {
    ...timeline,
    fork: async () => {
      throw new CannotRewind(about.sentence);
    },
    forks: goingOn.all,
  };
  shop.beside.recording = {
    about,
    goOn(id) {
      if (about.sameGraph) return goingOn.open(() => goOnFrom(id));
      throw new CannotRewind(
        `This run was made by version ${about.projectVersion} with another infrastructure than version ${about.hereVersion} here has, so one can only look at it.`,
      );
    },
  };
  const door = recordedDoor(shop, about.sentence);
  aws.serve(door.aws);
  api.serve(door.api);
  return {
    ...{ about, shop },
    api: api.url,
    aws: aws.url,
    token: shop.pageToken,
    async stop() {
      await goingOn.close();
      shop.stop();
      await close();
    },
  };
};
