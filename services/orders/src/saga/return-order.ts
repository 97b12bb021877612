import { defineSaga } from "@petstore/core/saga";

/** The second, forward-only ladder: a confirmed order that its customer cancelled. Receives the data of CancellationRequested. */
export const returnOrder = defineSaga({
  name: "ReturnOrder",
  rungs: [{ do: "RefundPayment" }, { do: "ReturnStock" }, { do: "CloseOrder" }],
  attention: "MarkNeedsAttention",
});
