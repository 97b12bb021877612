import { ok } from "@petstore/core/result";
import type { CustomerId } from "@petstore/events/ids";
import { CLOSED_BY_SHOP } from "@petstore/events/orders";
import { customerStatus } from "../domain/status.ts";
import { orders } from "./orders.ts";

/** What an administrator decides about an order that needs attention. A repeat answers how it stands now. */
export const decideOrder = async (
  orderId: string,
  decision: "resume" | "close",
  { by, reason }: { by: CustomerId; reason: string },
) => {
  const result = await orders(
    orderId,
    decision === "resume"
      ? { type: "ResumeOrder", by, reason }
      : { type: "CloseByShop", by, reason: { code: CLOSED_BY_SHOP, detail: reason } },
  );
  if (!result.ok) return result;
  const { state, version } = result.value;
  return ok({ orderId, status: customerStatus(state), version });
};
