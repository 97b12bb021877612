import { relay } from "@petstore/core/relay";
import { Resource } from "sst";

/** Publishes what happened to payments, in its order. */
export const handler = relay({
  bus: Resource.Bus.name,
  table: Resource.PaymentsOutbox.name,
  failures: Resource.PaymentsOutboxFailures.url,
});
