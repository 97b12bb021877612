import { fork } from "node:child_process";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { fileURLToPath } from "node:url";
import { boundHeapGrowth } from "../heap-growth.ts";
import { virtualShop } from "../virtual-shop.ts";
import { type Counts, countFrom, perOrder } from "./count.ts";
import { lines } from "./growth.ts";

const self = fileURLToPath(import.meta.url);

/** How a shop is after so many orders. */
export type Age = {
  orders: number;
  residentMb: number;
  /** Of the orders since the age before. */
  cpuMs: number;
  /** What the last hundred orders cost each. */
  counts: Counts;
  /** The longest time for which the process did nothing else than one thing, since the age before. */
  longestPauseMs: number;
};

type Told = { done: number } | { age: Age } | { failed: string };

const SAMPLE = 100;
const RECEIPT = 100_000; // the most that one delivery may bring

/**
 * Lets one shop live through many orders, one after the other on the virtual clock, in a process of its own, and looks
 * at it at each of the ages (ascending numbers of orders).
 */
export const measureLongLife = (
  ages: number[],
  progress: (done: number) => void,
): Promise<Age[]> => {
  const seen: Age[] = [];
  const child = fork(self, ages.map(String), { stdio: ["ignore", "ignore", "inherit", "ipc"] });
  return new Promise((resolve, reject) => {
    child.on("message", (told: Told) => {
      if ("done" in told) progress(told.done);
      else if ("age" in told) seen.push(told.age);
      else reject(new Error(told.failed));
    });
    child.once("exit", (code) =>
      seen.length === ages.length
        ? resolve(seen)
        : reject(new Error(`The shop of the benchmark ended with ${code}`)),
    );
  });
};

const live = async (ages: number[], tell: (told: Told) => void) => {
  boundHeapGrowth();
  const shop = await virtualShop();
  const { clock, local } = shop;
  const most = ages.at(-1) ?? 0;
  for (let taken = 0; taken < 2 * most; taken += RECEIPT)
    await shop.drive(
      local.api({
        method: "POST",
        path: "/stock/receipts",
        as: "admin",
        headers: { "idempotency-key": `enough-for-all-${taken}` },
        body: { lines: lines.map(({ productId }) => ({ productId, quantity: RECEIPT })) },
      }),
    );
  await shop.settle();
  const read = countFrom(local);
  const delays = monitorEventLoopDelay({ resolution: 5 });
  delays.enable();
  let cpu = process.cpuUsage();
  let since = 0;
  let before = read();
  for (let placed = 1; placed <= most; placed++) {
    if (ages.includes(placed - 1 + SAMPLE)) before = read();
    const { status, text } = await shop.place({ lines });
    if (status !== 202) throw new Error(`An order was answered with ${status}: ${text}`);
    await clock.advance(2_000);
    if (placed % 50 === 0) tell({ done: placed });
    if (!ages.includes(placed)) continue;
    const { user, system } = process.cpuUsage(cpu);
    tell({
      age: {
        orders: placed,
        residentMb: process.memoryUsage.rss() / 1e6,
        cpuMs: (user + system) / 1000 / (placed - since),
        counts: perOrder(before, read(), SAMPLE),
        longestPauseMs: delays.max / 1e6,
      },
    });
    delays.reset();
    cpu = process.cpuUsage();
    since = placed;
  }
};

if (process.argv[1] === self)
  live(process.argv.slice(2).map(Number), (told) => process.send?.(told)).then(
    () => process.exit(0),
    (error) => {
      process.send?.({ failed: String(error?.stack ?? error) });
      process.exitCode = 1;
    },
  );
