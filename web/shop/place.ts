import { effect, signal, untracked } from "@preact/signals";
import type { Problem } from "./api.ts";
import type { Accepted, NewOrder } from "./api-types.ts";
import { basket, refused, sending, taken } from "./basket.ts";
import { go } from "./route.ts";
import { askAs, customer } from "./session.ts";

/** Why the last order was not taken. */
export const notTaken = signal<Problem | undefined>(undefined);

let busyWith: string | undefined;

/** Sends the order of a basket until there is an answer, always with the basket's key. One that is being sent is not sent again. */
const deliver = async (order: NewOrder) => {
  const { key } = basket.value;
  if (busyWith === key) return;
  busyWith = key;
  const answer = await askAs<Accepted>("/orders", { method: "POST", key, body: order });
  busyWith = undefined;
  // Another tab, or another customer, has the basket now.
  if (basket.value.key !== key) return;
  if (answer.ok) {
    const { orderId, version } = answer.value;
    taken();
    notTaken.value = undefined;
    return go(`/orders/${orderId}?version=${version}`);
  }
  notTaken.value = answer.problem;
  // Where it is not known whether the order stands, it stays sent, and is asked for under the same key.
  const { status } = answer.problem;
  if (status >= 400 && status < 500 && status !== 401 && status !== 409) refused();
};

/** Places the order of the basket. */
export const place = (paymentToken: string) => {
  const { sent, lines } = basket.value;
  const order: NewOrder = sent ?? {
    lines: Object.entries(lines).map(([productId, quantity]) => ({
      productId: productId as NewOrder["lines"][number]["productId"],
      quantity,
    })),
    paymentToken,
  };
  notTaken.value = undefined;
  if (!sent) sending(order);
  return deliver(order);
};

/** Goes on with an order whose answer was lost by a reload, once it is known who sent it. */
export const resume = () =>
  effect(() => {
    if (!customer.value) return;
    untracked(() => {
      const { sent } = basket.value;
      if (sent) void deliver(sent);
    });
  });
