import { defineSaga } from "@petstore/core/saga";

/**
 * The second, forward-only ladder: a confirmed order that its customer cancelled, or that we could not deliver. Receives the
 * data of CancellationRequested, and the cause of the refund.
 */
export const returnOrder = defineSaga({
  name: "ReturnOrder",
  rungs: [{ do: "RefundPayment" }, { do: "ReturnStock" }, { do: "CloseOrder" }],
  attention: "MarkNeedsAttention",
});
