import { readFileSync } from "node:fs";
import { join } from "node:path";
import { costOfMillion } from "../../../local/bench/cost.ts";
import { type Counts, countFrom, perOrder } from "../../../local/bench/count.ts";
import { repositoryRoot } from "../../../local/repository.ts";
import { virtualShop } from "../../../local/virtual-shop.ts";
import { runLocally } from "../durable-function/run-locally.ts";
import { withRunner } from "../durable-function/stories.ts";
import { DURABLE_FILES } from "./table.ts";
import type { Way } from "./ways.ts";

/** What an order of two lines costs that goes well. */
export type OrderCost = { lines: number; counts: Counts; dollars: number };

const basket = [
  { productId: "prd_collar", quantity: 1 },
  { productId: "prd_hay", quantity: 2 },
];

/** Lines of code that say something: no comments, no empty ones, no imports. */
export const linesOf = (files: readonly string[]): number =>
  files
    .map((file) => readFileSync(join(repositoryRoot, file), "utf8"))
    .map((text) => text.replaceAll(/^import [^;]*;$/gm, "").replaceAll(/\/\*\*[\s\S]*?\*\//g, ""))
    .flatMap((text) => text.split("\n"))
    .filter((line) => line.trim() !== "" && !line.trim().startsWith("//")).length;

/** Counts one order of two lines, as `npm run bench` does. */
export const countOrder = async ({ files, variant }: Way): Promise<OrderCost> => {
  const shop = await virtualShop({ variant });
  const read = countFrom(shop.local);
  const before = read();
  const placed = await shop.place({ lines: basket });
  if (placed.status !== 202) throw new Error(`The order was answered ${placed.status}`);
  await shop.settle();
  const counts = perOrder(before, read(), 1);
  await shop.local.stop();
  const dollars = costOfMillion(counts).reduce((sum, [, part]) => sum + part, 0);
  return { lines: linesOf(files), counts, dollars: Math.round(dollars) };
};

/** AWS's list prices in us-east-1 as of 2026-11 (https://aws.amazon.com/lambda/pricing/): a million operations, and a gigabyte written. */
const [OPERATION, GIGABYTE] = [8, 0.25];

/** Counts the same order in a durable function that runs locally. What is kept of it for some weeks is cents a million, and left out. */
export const countDurable = () =>
  withRunner(async () => {
    const shop = await virtualShop();
    const read = countFrom(shop.local);
    const before = read();
    const { operations, invocations, bytes } = await runLocally(shop, async () => {
      const placed = await shop.place({ lines: basket });
      return (placed.json() as { orderId: string }).orderId;
    });
    const counts = perOrder(before, read(), 1);
    await shop.local.stop();
    counts.invocations += invocations;
    const dollars = costOfMillion(counts).reduce((sum, [, part]) => sum + part, 0);
    return {
      lines: linesOf(DURABLE_FILES),
      counts,
      durable: { operations, invocations },
      dollars: Math.round(dollars + OPERATION * operations + (GIGABYTE * bytes) / 1000),
    };
  });
