import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { client } from "@petstore/core/dynamo";
import type { Envelope } from "@petstore/core/event";
import { written } from "@petstore/core/written";
import { Resource } from "sst";
import { ATTENTION, listingOf } from "../domain/attention.ts";
import type { OrderViewEvent } from "../domain/order-view.ts";

/**
 * Puts an order on the list of those that need attention, or takes it off, by a row of its own in the customers' index. The
 * newest event of an order decides, in whatever order they come; most events say nothing about it and cost nothing.
 */
export const listAttention = async (event: Envelope<OrderViewEvent>): Promise<void> => {
  const listing = listingOf(event);
  if (!listing) return;
  const { orderId } = event.data;
  const place = { ":list": ATTENTION, ":place": `${event.time}#${orderId}` };
  // An older event changes nothing.
  await written(
    client.send(
      new UpdateCommand({
        TableName: Resource.ReadTable.name,
        Key: { pk: orderId, sk: ATTENTION },
        UpdateExpression:
          listing === "needs attention"
            ? "SET version = :version, gsi1pk = :list, gsi1sk = :place"
            : "SET version = :version REMOVE gsi1pk, gsi1sk",
        ConditionExpression: "attribute_not_exists(version) OR version < :version",
        ExpressionAttributeValues: {
          ":version": event.aggregate.version,
          ...(listing === "needs attention" && place),
        },
      }),
    ),
  );
};
