import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { type Chance, namedChance } from "emulator/kernel/chance";
import { openBooks } from "../judge/books.ts";
import type { Violation } from "../judge/judge.ts";
import { shopGraph } from "../repository.ts";
import { type Ready, type ShopProcess, startShopProcess } from "../shop-process.ts";
import { customers } from "./customers.ts";
import { tracePipe } from "./listen.ts";
import { verdict } from "./oracles.ts";
import { outsideCalls } from "./outside-books.ts";
import { type Point, points } from "./points.ts";

export type ChaosOptions = {
  seed: number;
  kills: number;
  orders: number;
  sideBySide: number;
  /** Only these points; none means all of them, and any moment at random. */
  at: Point[];
  /** How many of a hundred lives are stopped for a while (SIGSTOP) before they are killed, and for how many ms. */
  zombies: number;
  stoppedForMs: number;
  /** Where the shop keeps everything, and the pipe for its trace. */
  dir: string;
};

/** What came of it. `how` counts lives by the moment at which they were killed. */
export type ChaosReport = {
  kills: number;
  how: Map<string, number>;
  placed: number;
  cancelled: number;
  violations: Violation[];
  /** Dead letters that something else has made up for, or of which nobody can know: for a person to put away. */
  left: string[];
};

type Lines = (heard: (line: string) => void) => void;

/** How far it is. */
export type Told = { kills: number; answered: number };

/** In a life without such a moment the shop is killed after so long. */
const LONGEST_LIFE_MS = 20_000;
/** How long all may take to come to rest in the last life, whose clock goes as fast as it can. */
const PATIENCE_MS = 600_000;

/** Lets the shop's clock go as fast as the machine can: retries and sweepers that wait for minutes come at once. */
const hurry = async ({ api, token }: Ready) => {
  await fetch(`${api}/_local/console/commands?token=${token}`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-petstore": "console" },
    body: JSON.stringify({ line: "clock speed max" }),
  });
};

/** When a life is to end: at the n-th time that a moment comes, or so long after the doors opened, or while they open. */
type End =
  | { name: string; point: Point; nth: number }
  | { name: string; afterMs: number; open: boolean };

const endOf = (chance: Chance, { at }: ChaosOptions, named: boolean): End => {
  const [kind, which, long] = [chance.draw(), chance.draw(), chance.draw()];
  if (named && (at.length > 0 || kind < 0.5)) {
    const from = at.length > 0 ? at : points;
    const point = from[Math.floor(which * from.length)] as Point;
    return { name: point.name, point, nth: 1 + Math.floor(long * 5) };
  }
  if (which < 0.1) return { name: "while it opens", afterMs: long * 1_500, open: false };
  return { name: "at any moment", afterMs: long * 2_500, open: true };
};

/** Resolves when it is time to kill; answers what moment it was. */
const endReached = async (
  end: End,
  shop: ShopProcess,
  lines: Lines | undefined,
): Promise<string> => {
  if (!("point" in end)) {
    if (end.open) await shop.ready;
    await pause(end.afterMs);
    return end.name;
  }
  let left = end.nth;
  let open = false;
  const reached = new Promise<string>((resolve) => {
    lines?.((line) => {
      if (!open || !end.point.isAt(line)) return;
      left -= 1;
      if (left === 0) resolve(end.name);
    });
  });
  await shop.ready;
  open = true;
  const never = pause(LONGEST_LIFE_MS, `waiting for ${end.name}`, { ref: false });
  return Promise.race([reached, never]);
};

/**
 * Serves the shop in a process of its own that keeps everything, kills it again and again while customers order, and judges
 * all books in the end. `stop` ends it early: what was begun is brought to its end and judged.
 */
export const runChaos = async (
  options: ChaosOptions,
  told: (told: Told) => void,
  stop: AbortSignal,
): Promise<ChaosReport> => {
  const chance = namedChance(options.seed, "kills");
  const state = join(options.dir, "state");
  const pipePath = join(options.dir, "trace");
  const pipe = tracePipe(pipePath);
  const crowd = customers({ chance: namedChance(options.seed, "customers"), ...options });
  const how = new Map<string, number>();
  let kills = 0;

  while (kills < options.kills && !stop.aborted) {
    const end = endOf(chance, options, pipe !== undefined);
    const trace = "point" in end ? ["--trace", pipePath] : [];
    const shop = startShopProcess({ options: ["--isolated", "--persist", state, ...trace] });
    shop.ready.then(crowd.see, () => {});
    const moment = await endReached(end, shop, pipe?.hear);
    if (chance.draw() * 100 < options.zombies) {
      shop.child.kill("SIGSTOP");
      await pause(options.stoppedForMs);
      shop.child.kill("SIGCONT");
      await pause(200);
    }
    crowd.see(undefined);
    await shop.stop("SIGKILL");
    kills += 1;
    how.set(moment, (how.get(moment) ?? 0) + 1);
    told({ kills, answered: crowd.answered() });
  }

  const last = startShopProcess({ options: ["--persist", state] });
  try {
    const ready = await last.ready;
    crowd.see(ready);
    if (stop.aborted) crowd.enough();
    const progress = setInterval(() => told({ kills, answered: crowd.answered() }), 1_000);
    await crowd.done.finally(() => clearInterval(progress));
    await hurry(ready);
    const calls = outsideCalls(ready, shopGraph());
    const until = performance.now() + PATIENCE_MS;
    let found = verdict(crowd.log, await openBooks(calls));
    while (found.violations.length > 0 && performance.now() < until) {
      await pause(1_000);
      found = verdict(crowd.log, await openBooks(calls));
    }
    const { wishes } = crowd.log;
    return {
      kills,
      how,
      placed: wishes.filter(({ status }) => status === 202).length,
      cancelled: wishes.filter(({ cancelStatus }) => cancelStatus === 202).length,
      ...found,
    };
  } finally {
    await last.stop();
  }
};
