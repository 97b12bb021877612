import type { DomainEvent } from "@petstore/core/event";
import {
  CancellationRequested,
  FulfilmentFailed,
  OrderCancelled,
  OrderPlaced,
  OrderResumed,
} from "@petstore/events/orders";

/** What an event of an order sets going, by its subscribers: infra/orders.ts, infra/payments.ts. */
export const heardBy = ({ type }: DomainEvent): string[] => {
  switch (type) {
    case OrderPlaced.type:
      return ["StartFulfilment"];
    case OrderResumed.type:
      return ["StartFulfilment", "StartCancellation"];
    case CancellationRequested.type:
    case FulfilmentFailed.type:
      return ["StartCancellation"];
    case OrderCancelled.type:
      return ["WithdrawPayment"];
    default:
      return [];
  }
};
