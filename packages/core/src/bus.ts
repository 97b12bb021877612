import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { awsClient } from "./aws-client.ts";
import type { Envelope } from "./event.ts";

const client = awsClient(EventBridgeClient);

/** PutEvents takes at most ten entries (https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html). */
export const BUS_BATCH = 10;

/**
 * Publishes up to ten events and answers which of them the bus did not take, with its reasons. PutEvents succeeds as a
 * call even when single entries fail, so each entry's own answer counts.
 */
export const publish = async (
  bus: string,
  events: readonly Envelope[],
): Promise<Map<number, string>> => {
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
  const refused = [...events.keys()].filter((i) => !Entries[i]?.EventId);
  return new Map(refused.map((i) => [i, Entries[i]?.ErrorCode ?? "no answer"]));
};
