import type { Outbox } from "@petstore/core/publish-rows";
import { Resource } from "sst";

/** This context's outbox, as the relay and the sweeper use it. */
export const outbox: Outbox = {
  bus: Resource.Bus.name,
  table: Resource.PaymentsOutbox.name,
  failures: Resource.PaymentsOutboxFailures.url,
};
