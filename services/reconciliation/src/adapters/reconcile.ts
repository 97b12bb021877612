import { describeError, log } from "@petstore/core/log";
import { measure } from "@petstore/core/measure";
import { hasTime, type TimeLeft } from "@petstore/core/time-left";
import { cureOf, type Kind, kinds } from "../domain/difference.ts";
import { administer } from "./cure.ts";
import { firstLook } from "./first-look.ts";
import * as night from "./night.ts";
import { orderDiffers, stockDiffers } from "./second-look.ts";
import { tellOfFound } from "./tell.ts";

/** How long a suspicion rests before it is looked into: what was on its way has arrived by then, or a saga says that it has it in hand. */
const REST_MS = 10 * 60_000;

/** A product that is sold at every moment cannot be judged; after so long nobody waits for a quiet one. */
const MOVING_MS = 60 * 60_000;

const save = (date: string, subject: string, kind: Kind, cure?: ReturnType<typeof cureOf>) => {
  const [{ what }, at] = [kinds[kind], new Date().toISOString()];
  return night.saveFound(date, { kind, subject, what, cure, at, told: false });
};

/** Looks at an order again. What is still wrong is written down, and then cured where that is certain. */
const lookInto = async (date: string, orderId: string): Promise<void> => {
  const { order, found } = await orderDiffers(orderId);
  for (const kind of found) {
    const cure = order && cureOf(kind);
    await save(date, orderId, kind, cure);
    // One that fails is tried again tomorrow, if it is still needed.
    if (cure && order)
      await administer(cure, order).catch((error: unknown) =>
        log("reconciliation: not cured", { orderId, cure, ...describeError(error) }),
      );
  }
  await night.clear(date, orderId);
};

const lookIntoStock = async (date: string, products: night.Suspect[], time: TimeLeft) => {
  const productIds = products.map(({ subject }) => subject);
  const result = products.length > 0 ? await stockDiffers(productIds, time) : undefined;
  if (!result) return;
  for (const productId of result.wrong) await save(date, productId, "StockDoesNotAddUp");
  for (const { subject: productId, since } of products) {
    const moved = result.moved.includes(productId);
    if (moved && Date.now() - since < MOVING_MS) continue;
    if (moved) log("reconciliation: stock moves, and was not judged", { productId });
    await night.clear(date, productId);
  }
};

const secondLook = async (date: string, time: TimeLeft): Promise<void> => {
  const rested = (await night.suspects(date)).filter(({ since }) => Date.now() - since >= REST_MS);
  let failed = 0;
  const isProduct = ({ subject }: night.Suspect) => subject.startsWith("prd_");
  for (const { subject: orderId } of rested.filter((one) => !isProduct(one))) {
    if (!hasTime(time)) return;
    await lookInto(date, orderId).catch((error: unknown) => {
      failed += 1;
      log("reconciliation: one failed", { orderId, ...describeError(error) });
    });
  }
  await lookIntoStock(date, rested.filter(isProduct), time);
  if (failed > 0) throw new Error(`${failed} could not be looked into`);
};

/**
 * One run of a night's reconciliation: it looks into what an earlier run suspected, goes on with the first look, and tells of
 * what was found. The night is complete when all was seen and no suspicion is left. Each run may be cut short anywhere.
 */
export const reconcile = async (date: string, time: TimeLeft): Promise<void> => {
  const mark = await night.readMark(date);
  if (mark.complete) return;
  try {
    await secondLook(date, time);
  } finally {
    await tellOfFound(date);
  }
  const { phase, after } = await firstLook(date, mark, time);
  if (phase < night.PHASES.length || (await night.suspects(date)).length > 0) return;
  await night.leaveMark(date, { phase, after, complete: true });
  const found = await night.foundOn(date);
  measure("Differences", found.length, "Count");
  log("reconciled", { date, differences: found.length });
};
