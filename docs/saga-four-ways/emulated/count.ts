import { readFileSync } from "node:fs";
import { join } from "node:path";
import { costOfMillion } from "../../../local/bench/cost.ts";
import { type Counts, countFrom, countsOf } from "../../../local/bench/count.ts";
import { repositoryRoot } from "../../../local/repository.ts";
import { type VirtualShop, virtualShop } from "../../../local/virtual-shop.ts";
import { runLocally } from "../durable-function/run-locally.ts";
import { withRunner } from "../durable-function/stories.ts";
import { DURABLE_FILES } from "./table.ts";
import { STEPS, type Way } from "./ways.ts";

/** What an order of two lines costs that goes well. */
export type OrderCost = { lines: number; shared: number; counts: Counts; dollars: number };

const basket = [
  { productId: "prd_collar", quantity: 1 },
  { productId: "prd_hay", quantity: 2 },
];

/** Lines of code that say something: no comments, no empty ones, no imports. */
const linesOf = (files: readonly string[]): number =>
  files
    .map((file) => readFileSync(join(repositoryRoot, file), "utf8"))
    .map((text) => text.replaceAll(/^import [^;]*;$/gm, "").replaceAll(/\/\*\*[\s\S]*?\*\//g, ""))
    .flatMap((text) => text.split("\n"))
    .filter((line) => line.trim() !== "" && !line.trim().startsWith("//")).length;

/**
 * Counts from now on, as `npm run bench` does; of the requests to queues those of an order alone: polls that find nothing cost
 * by the hour, and whether all is at rest is asked by this program.
 */
const counting = ({ local }: VirtualShop) => {
  const read = countFrom(local);
  let sqs = 0;
  local.cloud.guard(async (call, next) => {
    const answer = (await next(call)) as { Messages?: unknown[] };
    const isInVain = call.operation === "ReceiveMessage" && !answer?.Messages?.length;
    if (call.caller.name !== "administrator" && !isInVain) sqs += countsOf(call).sqs ?? 0;
    return answer;
  });
  return (): Counts => ({ ...read(), sqs });
};

const placed = async (shop: VirtualShop) => {
  const { status, json } = await shop.place({ lines: basket });
  if (status !== 202) throw new Error(`The order was answered ${status}`);
  return (json() as { orderId: string }).orderId;
};

const dollarsOf = (counts: Counts) =>
  costOfMillion(counts).reduce((sum, [, part]) => sum + part, 0);

/** Counts one order of two lines. */
export const countOrder = async ({ files, shared, variant }: Way): Promise<OrderCost> => {
  const shop = await virtualShop({ variant });
  const read = counting(shop);
  await placed(shop);
  await shop.settle();
  const counts = read();
  await shop.local.stop();
  const lines = { lines: linesOf(files), shared: linesOf(shared) };
  return { ...lines, counts, dollars: Math.round(dollarsOf(counts)) };
};

/** AWS's list prices in us-east-1 as of 2026-11 (https://aws.amazon.com/lambda/pricing/): a million operations, and a gigabyte written. */
const [OPERATION, GIGABYTE] = [8, 0.25];

/** Counts the same order in a durable function that runs locally. What is kept of it for some weeks is cents a million, and left out. */
export const countDurable = () =>
  withRunner(async () => {
    const shop = await virtualShop();
    const read = counting(shop);
    const { operations, invocations, bytes } = await runLocally(shop, () => placed(shop));
    const counts = read();
    await shop.local.stop();
    counts.invocations += invocations;
    const durable = OPERATION * operations + (GIGABYTE * bytes) / 1000;
    return {
      ...{ lines: linesOf(DURABLE_FILES), shared: linesOf(STEPS) },
      counts,
      durable: { operations, invocations },
      dollars: Math.round(dollarsOf(counts) + durable),
    };
  });
