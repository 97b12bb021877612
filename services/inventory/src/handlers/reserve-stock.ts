import { sagaStep } from "@petstore/core/saga-step";
import { OrderPlaced } from "@petstore/events/orders";
import { reservations } from "../adapters/reservations.ts";
import { outcomeOf } from "../domain/holding.ts";

/** Holds all lines of an order, or none. Undone by release-stock. */
export const handler = sagaStep(OrderPlaced.schema, async ({ orderId, lines }) => {
  const now = new Date().toISOString();
  const result = await reservations(lines)({ type: "ReserveStock", orderId, now, lines });
  return result.ok ? outcomeOf(result.value.state) : result;
});
