import type { EventBridgeEvent } from "aws-lambda";
import { traced } from "./context.ts";
import { type Envelope, type EventContract, type EventOf, openEnvelope } from "./event.ts";

/** What a consumer does with an event. It may be called twice with the same one, and in any order. */
export type Hear<Contract extends EventContract> = (
  event: Envelope<EventOf<Contract>>,
) => Promise<unknown>;

/** Reads an event and hears it under the trace that it continues. */
export const hearDetail = async <Contract extends EventContract>(
  contracts: readonly Contract[],
  hear: Hear<Contract>,
  detail: unknown,
): Promise<void> => {
  const event = openEnvelope(contracts, detail);
  const { correlationId, hop, traceparent } = event;
  await traced({ correlationId, causationId: event.id, hop, traceparent }, () => hear(event));
};

/** A Lambda that is the target of an EventBridge rule. When it throws, Lambda tries again, then keeps the event in its dead-letter queue. */
export const subscriber =
  <Contract extends EventContract>(contracts: readonly Contract[], hear: Hear<Contract>) =>
  (event: EventBridgeEvent<string, unknown>): Promise<void> =>
    hearDetail(contracts, hear, event.detail);
