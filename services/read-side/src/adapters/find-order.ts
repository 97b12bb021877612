import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { awsClient } from "@petstore/core/aws-client";
import { Resource } from "sst";

/** Another function may have to start first, and is not asked a second time while it does. */
const client = awsClient(LambdaClient, { maxAttempts: 1, requestTimeout: 8_000 });

/** Asks the orders context itself for an order that the view has not seen yet: a customer reads what they have written. */
export const findUnseenOrder = async (orderId: string, customerId: string) => {
  const { Payload, FunctionError } = await client.send(
    new InvokeCommand({
      FunctionName: Resource.FindOrder.name,
      Payload: JSON.stringify({ orderId, customerId }),
    }),
  );
  const answer = JSON.parse(Payload?.transformToString() || "null");
  if (FunctionError) throw new Error(`find-order failed: ${answer?.errorMessage}`);
  if (!answer) return undefined;
  const placed = { at: answer.placedAt, what: "OrderPlaced" };
  return { ...answer, paid: null, refunded: null, timeline: [placed] };
};
