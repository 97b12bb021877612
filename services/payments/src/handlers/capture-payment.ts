import { sagaStep } from "@petstore/core/saga-step";
import { paymentOf } from "@petstore/events/ids";
import { OrderPlaced } from "@petstore/events/orders";
import { provider } from "../adapters/provider-account.ts";
import { settle } from "../adapters/settle.ts";

/** Takes the money that was reserved. After the pivot: it is tried until it is done, or the provider will not have it. */
export const handler = sagaStep(OrderPlaced.schema, ({ orderId, total }) => {
  const id = paymentOf(orderId);
  return settle(id, {
    command: { type: "CapturePayment" },
    isDone: ({ status }) => status === "captured",
    ask: () => provider.capture(id, total),
    whenRefused: ({ detail }) => ({ type: "HearRefusedCapture", why: detail }),
  });
});
