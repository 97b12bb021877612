import { sweepOutbox } from "@petstore/core/sweep-outbox";
import { Resource } from "sst";

/** Publishes what the relay had to leave behind. */
export const handler = sweepOutbox({
  bus: Resource.Bus.name,
  table: Resource.PaymentsOutbox.name,
  failures: Resource.PaymentsOutboxFailures.url,
});
