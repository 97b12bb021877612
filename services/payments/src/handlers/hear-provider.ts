import { OrderId, paymentOf } from "@petstore/events/ids";
import * as z from "zod";
import { decideOn, loadPayment } from "../adapters/payments.ts";
import { provider } from "../adapters/provider-account.ts";

const Input = z.object({ orderId: OrderId.schema });

/** Asks the provider what became of a payment, and writes down what we had not heard. */
export const handler = async (raw: unknown): Promise<void> => {
  const id = paymentOf(Input.parse(raw).orderId);
  const said = await provider.find(id);
  if (said) await decideOn(id, await loadPayment(id), { type: "HearProvider", said });
};
