import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { awsClient } from "@petstore/core/aws-client";
import { Resource } from "sst";
import type { OrderNow } from "../domain/order-now.ts";

/** Another function may have to start first, and is not asked a second time while it does. */
const client = awsClient(LambdaClient, { maxAttempts: 1, requestTimeout: 8_000 });

/** Asks the orders context itself for a customer's order: its row is written before any event of it is told. */
export const askOrders = async (
  orderId: string,
  customerId: string,
): Promise<OrderNow | undefined> => {
  const { Payload, FunctionError } = await client.send(
    new InvokeCommand({
      FunctionName: Resource.FindOrder.name,
      Payload: JSON.stringify({ orderId, customerId }),
    }),
  );
  const answer = JSON.parse(Payload?.transformToString() || "null");
  if (FunctionError) throw new Error(`find-order failed: ${answer?.errorMessage}`);
  return answer ?? undefined;
};
