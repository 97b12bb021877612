import { judge, type Violation } from "../judge/judge.ts";
import { type VirtualShop, virtualShop } from "../virtual-shop.ts";
import { type Counts, countFrom, perOrder } from "./count.ts";

/** The order that everything is counted for: two lines, and nothing goes wrong. */
export const lines = [
  { productId: "prd_collar", quantity: 1 },
  { productId: "prd_hay", quantity: 2 },
];

/** What an order cost among the first hundred, at the tenth part and at the end; CPU in ms of this process. */
export type Growth = {
  marks: { orders: number; counts: Counts; cpuMs: number }[];
  violations: Violation[];
  /** Of the shop as it is after the first thousand orders, or all where there are fewer; medians in ms. */
  copy: { snapshotMs: number; forkMs: number };
};

const SAMPLE = 100;

const median = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1] as number;

/** How long a copy of the whole state takes, and one that goes on as a shop of its own. */
const measureCopy = async (shop: VirtualShop): Promise<Growth["copy"]> => {
  const [snapshots, forks]: [number[], number[]] = [[], []];
  for (let i = 0; i < 9; i++) {
    const start = performance.now();
    shop.local.cloud.snapshot();
    snapshots.push(performance.now() - start);
    const fork = await shop.fork({ seed: i });
    forks.push(performance.now() - start);
    await fork.local.stop();
  }
  return { snapshotMs: median(snapshots), forkMs: median(forks) };
};

/** Places orders one after the other in process, on the virtual clock, and counts a hundred at three places. */
export const measureGrowth = async (
  orders: number,
  progress: (done: number) => void,
): Promise<Growth> => {
  const shop = await virtualShop();
  const { clock, local } = shop;
  await shop.drive(
    local.api({
      method: "POST",
      path: "/stock/receipts",
      as: "admin",
      headers: { "idempotency-key": "enough-for-all" },
      body: { lines: lines.map(({ productId }) => ({ productId, quantity: 100_000 })) },
    }),
  );
  await shop.settle();

  const read = countFrom(local);
  const marks: Growth["marks"] = [];
  const ends = [SAMPLE, Math.max(2 * SAMPLE, orders / 10), orders];
  let before = read();
  let cpu = process.cpuUsage();
  let copy = { snapshotMs: 0, forkMs: 0 };
  for (let placed = 1; placed <= orders; placed++) {
    if (ends.includes(placed - 1 + SAMPLE)) {
      before = read();
      cpu = process.cpuUsage();
    }
    const { status, text } = await shop.place({ lines });
    if (status !== 202) throw new Error(`An order was answered with ${status}: ${text}`);
    await clock.advance(2_000);
    if (ends.includes(placed)) {
      const { user, system } = process.cpuUsage(cpu);
      const counts = perOrder(before, read(), SAMPLE);
      marks.push({ orders: placed, counts, cpuMs: (user + system) / 1000 / SAMPLE });
    }
    if (placed === Math.min(1_000, orders)) copy = await measureCopy(shop);
    if (placed % 50 === 0) progress(placed);
  }
  await shop.settle();
  const violations = judge(await shop.books());
  await local.stop();
  return { marks, violations, copy };
};
