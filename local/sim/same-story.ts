import { namedChance } from "emulator/kernel/chance";
import { fingerprintOf, lineOf } from "emulator/kernel/fingerprint";
import type { Entry } from "emulator/kernel/trace";
import { type Fault, faults } from "../spoil.ts";
import { type VirtualShop, virtualShop } from "../virtual-shop.ts";

/** Of five orders, how each of them is paid. */
const CARDS = ["tok_approve", "tok_decline", "tok_late", "tok_timeout_approve", "tok_twice"];

/** Of so many calls of functions one is spoilt. */
const ONE_IN = 25;

/** Spoils calls of functions, each in any way. */
const stir = ({ local: { cloud } }: VirtualShop, seed: number) => {
  const chance = namedChance(seed, "same story");
  const kinds = Object.keys(faults) as Fault[];
  return cloud.guard((call, next) => {
    const kind = kinds[Math.floor(chance.draw() * kinds.length * ONE_IN)];
    return kind && call.caller.name.endsWith("Function") ? faults[kind](call, next) : next(call);
  });
};

/**
 * Tells a story of five orders, in which calls go wrong and one customer cancels. Answers the SHA-256 of all that passed: the
 * same in every process and on every machine for one seed, or there is chance that nobody seeds.
 */
export const tellSameStory = async (seed: number, hear?: (line: string) => void) => {
  const shop = await virtualShop({ seed, latencies: "usual", coldStarts: true, trace: {} });
  const { trace } = shop.local.cloud;
  if (hear) {
    for (const entry of trace.entries(0, Number.POSITIVE_INFINITY)) hear(lineOf(entry));
    trace.hear((entry: Entry) => hear(lineOf(entry)));
  }
  const print = fingerprintOf(trace);
  const calm = stir(shop, seed);
  const lines = [{ productId: "prd_hay", quantity: 1 }];
  const placed = await Promise.all(
    CARDS.map((paymentToken) => shop.place({ lines, paymentToken })),
  );
  const [{ orderId }] = placed.map((answer) => answer.json() as { orderId?: string }) as [
    { orderId?: string },
  ];
  await shop.cancel(String(orderId));
  await shop.clock.advance(10 * 60_000);
  calm();
  await shop.settle();
  await shop.books();
  const entries = print.entries();
  await shop.local.stop();
  return { hash: print.end(), entries };
};
