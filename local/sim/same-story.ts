import { fingerprintOf, lineOf } from "emulator/kernel/fingerprint";
import type { Entry } from "emulator/kernel/trace";
import { virtualShop } from "../virtual-shop.ts";

/** Of five orders, how each of them is paid. */
const CARDS = ["tok_approve", "tok_decline", "tok_late", "tok_timeout_approve", "tok_twice"];

/** Tells a story of five orders with different ends, one of them cancelled. Answers the SHA-256 of all that passed. */
export const tellSameStory = async (seed: number, hear?: (line: string) => void) => {
  const shop = await virtualShop({ seed, trace: {} });
  const { trace } = shop.local.cloud;
  if (hear) {
    for (const entry of trace.entries(0, Number.POSITIVE_INFINITY)) hear(lineOf(entry));
    trace.hear((entry: Entry) => hear(lineOf(entry)));
  }
  const print = fingerprintOf(trace);
  const orders = await Promise.all(CARDS.map((card) => shop.order(card)));
  await shop.cancel(orders.at(-1) as string);
  await shop.settle();
  const broken = await shop.broken();
  const entries = print.entries();
  await shop.local.stop();
  return { hash: print.end(), entries, broken };
};
