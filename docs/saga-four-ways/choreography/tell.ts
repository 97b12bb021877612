import { publish } from "@petstore/core/bus";
import type { DomainEvent } from "@petstore/core/event";
import { seal } from "@petstore/core/outbox";
import { Resource } from "sst";

/** Tells an event of an order's fulfilment. It throws until the bus has it: whoever tells is asked again, and tells again. */
export const tell = async (event: DomainEvent, orderId: string): Promise<void> => {
  const aggregate = { type: "fulfilment", id: orderId, version: 1 };
  const refused = await publish(Resource.Bus.name, [
    seal(event, { source: "fulfilment", aggregate }),
  ]);
  for (const [, why] of refused) throw new Error(`The bus did not take ${event.type}: ${why}`);
};
