import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { awsClient } from "./aws-client.ts";
import type { Envelope } from "./event.ts";

const client = awsClient(EventBridgeClient);

/** PutEvents takes at most ten entries (https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html). */
export const BUS_BATCH = 10;

/**
 * Publishes up to ten events and answers which of them the bus did not take. PutEvents succeeds as a
 * call even when single entries fail, so each entry's own answer counts.
 */
export const publish = async (bus: string, events: readonly Envelope[]): Promise<Set<number>> => {
  const { Entries = [] } = await client.send(
    new PutEventsCommand({
      Entries: events.map((event) => ({
        EventBusName: bus,
        Source: `petstore.${event.source}`,
        DetailType: event.type,
        Detail: JSON.stringify(event),
        Time: new Date(event.time),
      })),
    }),
  );
  return new Set(events.keys().filter((i) => !Entries[i]?.EventId));
};
