import { createHash } from "node:crypto";
import { essence } from "@petstore/core/essence";
import { type Attempt, answerTo, fingerprint, recordAnswer } from "@petstore/core/idempotency";
import { ok, type Refusal, type Result, refuse } from "@petstore/core/result";
import { VersionConflict } from "@petstore/core/store";
import type { CustomerId, OrderId } from "@petstore/events/ids";
import type { OrderLine } from "@petstore/events/orders";
import { Resource } from "sst";
import { order } from "../domain/order.ts";
import { NewOrder } from "../domain/requests.ts";
import { findOrder } from "./order-row.ts";
import { orderStore } from "./orders.ts";
import { readPrices } from "./prices.ts";

type Wanted = { lines: { productId: string; quantity: number }[]; paymentToken: string };
type Answer = { orderId: OrderId; status: "PENDING"; version: number };

const CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** The id of the one order that a customer can ever place with a key, so that not even a forgotten record lets a second through. */
const orderIdOf = ({ principal, key }: Attempt): OrderId => {
  const bytes = createHash("sha256").update(`${principal}\n${key}`).digest();
  const digits = Array.from(
    { length: 26 },
    (_, i) => CROCKFORD[(bytes[i] as number) % (i ? 32 : 8)],
  );
  return `ord_${digits.join("")}`;
};

/** The record that an order's request must have left, made of the order: the record itself may be forgotten, or not to be seen yet. */
const answeredBy = async (orderId: OrderId) => {
  const order = await findOrder(orderId);
  if (!order) return undefined;
  const { state, paymentToken, placedAt } = order;
  const lines = state.lines.map(({ productId, quantity }) => ({ productId, quantity }));
  return {
    request: fingerprint(essence(NewOrder, { lines, paymentToken })),
    at: Date.parse(placedAt),
    answer: JSON.stringify({ orderId, status: "PENDING", version: 1 } satisfies Answer),
  };
};

/** Prices the order from our catalogue and writes order, idempotency record and outbox row in one transaction. */
export const placeOrder = async (
  attempt: Attempt,
  { lines: wanted, paymentToken }: Wanted,
): Promise<Result<Answer, Refusal>> => {
  const orderId = orderIdOf(attempt);
  const productIds = wanted.map(({ productId }) => productId);
  const { prices, answered } = await readPrices(productIds, attempt);
  const earlier = answerTo<Answer>(answered, attempt);
  if (earlier) return earlier;

  const lines: OrderLine[] = [];
  for (const { productId, quantity } of wanted) {
    const listed = prices.get(productId);
    if (!listed) return refuse("UnknownProduct", `There is no product ${productId}.`);
    lines.push({ productId, name: listed.name, quantity, unitPrice: listed.price });
  }

  const customerId = attempt.principal as CustomerId;
  const basket = { orderId, customerId, lines };
  const decision = order.decide(order.initial, { type: "PlaceOrder", ...basket });
  if (!decision.ok) return decision;
  const state = decision.value.reduce(order.evolve, order.initial);
  const answer: Answer = { orderId, status: "PENDING", version: decision.value.length };
  try {
    const also = [recordAnswer(Resource.OrdersTable.name, attempt, answer)];
    const change = { id: orderId, state, events: decision.value, version: 0, also };
    await orderStore(paymentToken).save(change);
    return ok(answer);
  } catch (error) {
    if (!(error instanceof VersionConflict)) throw error;
    // The same request came twice at once, and the other one was first; or its record is long forgotten.
    const { answered: now } = await readPrices([], attempt);
    return (
      answerTo<Answer>(now ?? (await answeredBy(orderId)), attempt) ??
      refuse("RequestInProgress", "The first request with this Idempotency-Key is not finished.")
    );
  }
};
