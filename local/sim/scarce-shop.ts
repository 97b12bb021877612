import type { Snapshot } from "emulator/kernel/keep";
import { hasOtherCloud, type Variant, type VirtualShop, virtualShop } from "../virtual-shop.ts";
import { scarce } from "./plan.ts";

let emptied: Promise<Snapshot> | undefined;
const othersEmptied = new WeakMap<object, Promise<Snapshot>>();

/** Sells nothing, but counts the shelves again: there is little left of anything. */
const emptyShelves = async (variant?: Variant): Promise<Snapshot> => {
  const shop = await virtualShop({ variant });
  const { stock } = await shop.books();
  for (const { productId, available } of stock) {
    const left = scarce[productId] ?? available;
    if (left === available) continue;
    const answer = await shop.drive(
      shop.local.api({
        method: "POST",
        path: "/stock/adjustments",
        as: "admin",
        headers: { "idempotency-key": `count-${productId}` },
        body: { productId, quantity: left - available, reason: "Counted." },
      }),
    );
    if (answer.status !== 201) throw new Error(`The shelves were not emptied: ${answer.text}`);
  }
  await shop.settle();
  const snapshot = shop.local.cloud.snapshot();
  await shop.local.stop();
  return snapshot;
};

const emptiedBy = (variant: Variant, key: object): Promise<Snapshot> => {
  const snapshot = othersEmptied.get(key) ?? emptyShelves(variant);
  othersEmptied.set(key, snapshot);
  return snapshot;
};

/** A shop with little left of anything, or a variant of it. It is opened once in a process, for all runs in one cloud. */
export const scarceShop = async (seed: number, variant?: Variant): Promise<VirtualShop> => {
  if (variant?.graph && (await hasOtherCloud(variant)))
    return virtualShop({ seed, variant, from: await emptiedBy(variant, variant.graph), trace: {} });
  emptied ??= emptyShelves();
  return virtualShop({ seed, variant, from: await emptied, trace: {} });
};
