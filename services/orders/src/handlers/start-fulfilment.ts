import { subscriber } from "@petstore/core/subscriber";
import { OrderPlaced, OrderResumed } from "@petstore/events/orders";
import { Resource } from "sst";
import { beginSagaOf, type Machine } from "../adapters/begin-saga.ts";

const machine: Machine = { saga: "FulfilOrder", arn: Resource.FulfilOrder.arn };

/** Begins the saga of an order. The execution is named after the order, so a repeated event starts nothing. */
export const handler = subscriber([OrderPlaced, OrderResumed], ({ data }) =>
  beginSagaOf(data.orderId, machine),
);
