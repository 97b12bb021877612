import { subscriber } from "@petstore/core/subscriber";
import { OrderPlaced } from "@petstore/events/orders";
import { beginFulfilmentOf } from "../adapters/begin-saga.ts";

/** Begins the saga of an order. The execution is named after the order, so a repeated event starts nothing. */
export const handler = subscriber([OrderPlaced], ({ data }) => beginFulfilmentOf(data.orderId));
