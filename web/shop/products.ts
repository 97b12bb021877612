import { signal } from "@preact/signals";
import { ask, type Problem } from "./api.ts";
import type { Page, Product } from "./api-types.ts";
import { where } from "./session.ts";

/** What is on offer, as it was seen last; undefined before. */
export const products = signal<Product[] | undefined>(undefined);
/** Why it cannot be seen. */
export const unseen = signal<Problem | undefined>(undefined);

const MOST = 300;

/** Looks again what is on offer. */
export const look = async (signal?: AbortSignal) => {
  const found: Product[] = [];
  let cursor: string | null = "";
  while (cursor !== null && found.length < MOST) {
    const from: string = cursor && `&cursor=${encodeURIComponent(cursor)}`;
    const answer = await ask<Page<Product>>(`${where().api}/products?limit=100${from}`, {
      ...(signal && { signal }),
    });
    if (!answer.ok) {
      if (!signal?.aborted) unseen.value = answer.problem;
      return;
    }
    found.push(...answer.value.items);
    cursor = answer.value.cursor;
  }
  unseen.value = undefined;
  products.value = found;
};

/** An amount in its currency: "$12.00". */
export const priceOf = ({ amount, currency }: Product["price"]) => {
  const format = new Intl.NumberFormat("en", { style: "currency", currency });
  return format.format(amount / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
};

/** What is known of a product by its id, or a stand-in. */
export const nameOf = (productId: string) =>
  products.value?.find((product) => product.productId === productId)?.name ?? productId;
