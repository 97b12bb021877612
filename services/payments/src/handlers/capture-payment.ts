import { currentTrace } from "@petstore/core/context";
import { sagaStep } from "@petstore/core/saga-step";
import { paymentOf } from "@petstore/events/ids";
import { OrderPlaced } from "@petstore/events/orders";
import * as z from "zod";
import { giveBack } from "../adapters/give-back.ts";
import { provider } from "../adapters/provider-account.ts";
import { settle } from "../adapters/settle.ts";
import { isTaken } from "../domain/accept-capture.ts";

/** `resumed`: how often a person has set the order going again. Absent in a first run, and where an earlier release began it. */
const Input = OrderPlaced.schema.extend({ resumed: z.int().positive().optional() });

/** Takes the money that was reserved. After the pivot: it is tried until it is done, or the provider will not have it. */
export const handler = sagaStep(Input, ({ orderId, total, resumed }) => {
  const id = paymentOf(orderId);
  return settle(id, {
    command: resumed
      ? { type: "AcceptCapture", trace: currentTrace() }
      : { type: "CapturePayment" },
    isDone: isTaken,
    ask: (state) => (state.refunding ? giveBack(id, state) : provider.capture(id, total)),
    whenRefused: ({ detail }) => ({ type: "HearRefusedCapture", why: detail }),
  });
});
