import type { SQSBatchResponse, SQSEvent } from "aws-lambda";
import type { EventContract } from "./event.ts";
import { describeError, log } from "./log.ts";
import { type Hear, hearDetail } from "./subscriber.ts";

/**
 * A Lambda that hears events through a queue, one after the other. A message that fails is reported alone, so it
 * comes back without the others and ends, after the queue's `maxReceiveCount`, in the dead-letter queue.
 */
export const queueConsumer =
  <Contract extends EventContract>(contracts: readonly Contract[], hear: Hear<Contract>) =>
  async ({ Records }: SQSEvent): Promise<SQSBatchResponse> => {
    const batchItemFailures: SQSBatchResponse["batchItemFailures"] = [];
    for (const { messageId, body, attributes } of Records) {
      try {
        await hearDetail(contracts, hear, JSON.parse(body).detail);
      } catch (error) {
        log("message not handled", {
          messageId,
          receiveCount: Number(attributes.ApproximateReceiveCount),
          ...describeError(error),
        });
        batchItemFailures.push({ itemIdentifier: messageId });
      }
    }
    return { batchItemFailures };
  };
