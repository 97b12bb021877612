import { subscriber } from "@petstore/core/subscriber";
import { CancellationRequested } from "@petstore/events/orders";
import { Resource } from "sst";
import { startSaga } from "../adapters/sagas.ts";

/** Begins the way back of a confirmed order: refund, return, close. */
export const handler = subscriber([CancellationRequested], ({ data }) =>
  startSaga(Resource.ReturnOrder.arn, data.orderId, data),
);
