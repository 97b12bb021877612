import { computed, effect, signal } from "@preact/signals";
import type { NewOrder, Product } from "./api-types.ts";
import { customer } from "./session.ts";

/**
 * What somebody has chosen. Its key becomes the order's Idempotency-Key: made once for a basket, so that a second click, a
 * second tab and a reload all mean the same order. `sent` is the order whose answer is not known yet; `ordered` says
 * that the basket before this one was ordered, until something is chosen again.
 */
export type Basket = {
  key: string;
  lines: Record<string, number>;
  sent?: NewOrder;
  ordered?: true;
};

const MOST_OF_ONE = 100;
export const MOST_LINES = 20;

const fresh = (): Basket => ({ key: crypto.randomUUID(), lines: {} });
const placeOf = () => `petstore.basket.${customer.value?.name ?? ""}`;
const read = (): Basket => {
  try {
    const found = JSON.parse(localStorage.getItem(placeOf()) ?? "null");
    return found?.key && found.lines ? found : fresh();
  } catch {
    return fresh();
  }
};

/** The basket of who is signed in. */
export const basket = signal<Basket>(fresh());

/** How many things are in it. */
export const inBasket = computed(() =>
  Object.values(basket.value.lines).reduce((sum, one) => sum + one, 0),
);

/** Takes up the kept basket of whoever is signed in, and follows what other tabs do to it. */
export const keepBasket = () => {
  effect(() => {
    placeOf();
    basket.value = read();
  });
  addEventListener("storage", ({ key }) => {
    if (key === placeOf()) basket.value = read();
  });
};

const keep = (next: Basket) => {
  basket.value = next;
  localStorage.setItem(placeOf(), JSON.stringify(next));
};

/** Puts so many of a product into the basket; none takes it out. Nothing changes while an order is on its way. */
export const choose = (productId: Product["productId"], quantity: number) => {
  const { sent, key, lines } = basket.value;
  if (sent) return;
  const { [productId]: before, ...others } = lines;
  const wanted = Math.min(MOST_OF_ONE, quantity);
  if (before === undefined && Object.keys(lines).length >= MOST_LINES) return;
  keep({ key, lines: wanted > 0 ? { ...others, ...lines, [productId]: wanted } : others });
};

/** Notes that the order is sent, before it is: after a reload it is asked for again. */
export const sending = (order: NewOrder) => keep({ ...basket.value, sent: order });

/** The order was taken: the next basket is another one. */
export const taken = () => keep({ ...fresh(), ordered: true });

/** The order was not taken, for certain: the same things, under a new key. */
export const refused = () => keep({ ...fresh(), lines: basket.value.lines });

/** Puts things back that were in an order. */
export const refill = (lines: { productId: string; quantity: number }[]) =>
  keep({
    ...fresh(),
    lines: Object.fromEntries(lines.map(({ productId, quantity }) => [productId, quantity])),
  });
