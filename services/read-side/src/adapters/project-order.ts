import { client } from "@petstore/core/dynamo";
import type { Envelope } from "@petstore/core/event";
import { applyOnce } from "@petstore/core/projection";
import { Resource } from "sst";
import { attentionOf } from "../domain/attention.ts";
import { changesOf, type OrderViewEvent } from "../domain/order-view.ts";
import { timelineEntry } from "../domain/timeline.ts";

/** Where an order's view stands. */
export const viewKey = (orderId: string) => ({ pk: orderId, sk: "ORDER" });

/** Follows one event of an order: a single conditional update, no effect when it comes again. */
export const projectOrder = (event: Envelope<OrderViewEvent>): Promise<"applied" | "seen"> => {
  const { orderId } = event.data;
  const changes = changesOf(event);
  const { customerId, placedAt } = changes;
  return applyOnce(client, event, {
    TableName: Resource.ReadTable.name,
    Key: viewKey(orderId),
    set: {
      orderId,
      ...changes,
      ...attentionOf(event),
      ...(customerId && { gsi1pk: customerId, gsi1sk: `${placedAt}#${orderId}` }),
    },
    append: { timeline: timelineEntry(event) },
  });
};
