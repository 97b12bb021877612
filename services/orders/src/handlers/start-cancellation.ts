import { subscriber } from "@petstore/core/subscriber";
import { CancellationRequested, FulfilmentFailed, OrderResumed } from "@petstore/events/orders";
import { Resource } from "sst";
import { beginSagaOf, type Machine } from "../adapters/begin-saga.ts";

const machine: Machine = { saga: "ReturnOrder", arn: Resource.ReturnOrder.arn };

/** Begins the way back of a confirmed order: refund, return, close. */
export const handler = subscriber(
  [CancellationRequested, FulfilmentFailed, OrderResumed],
  ({ data }) => beginSagaOf(data.orderId, machine),
);
