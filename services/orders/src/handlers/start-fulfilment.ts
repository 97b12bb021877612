import { subscriber } from "@petstore/core/subscriber";
import { OrderPlaced } from "@petstore/events/orders";
import { Resource } from "sst";
import { startSaga } from "../adapters/sagas.ts";

/** Begins the saga of an order. The execution is named after the order, so a repeated event starts nothing. */
export const handler = subscriber([OrderPlaced], ({ data }) =>
  startSaga(Resource.FulfilOrder.arn, data.orderId, data),
);
