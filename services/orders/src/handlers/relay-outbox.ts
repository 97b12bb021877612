import { relay } from "@petstore/core/relay";
import { Resource } from "sst";

export const handler = relay({
  bus: Resource.Bus.name,
  table: Resource.OrdersOutbox.name,
  failures: Resource.OrdersOutboxFailures.url,
});
