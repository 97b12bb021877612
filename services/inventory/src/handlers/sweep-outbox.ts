import { sweepOutbox } from "@petstore/core/sweep-outbox";
import { Resource } from "sst";

export const handler = sweepOutbox({
  bus: Resource.Bus.name,
  table: Resource.InventoryOutbox.name,
  failures: Resource.InventoryOutboxFailures.url,
});
