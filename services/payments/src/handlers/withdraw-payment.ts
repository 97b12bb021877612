import { subscriber } from "@petstore/core/subscriber";
import { paymentOf } from "@petstore/events/ids";
import { OrderCancelled } from "@petstore/events/orders";
import { withdrawPayment } from "../adapters/withdraw-payment.ts";

/** Hears that a customer cancelled before anything was confirmed: no card is asked for its order from now on. */
export const handler = subscriber([OrderCancelled], async ({ data }) => {
  if (!data.sale) await withdrawPayment(paymentOf(data.orderId));
});
