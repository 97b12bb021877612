import type { SQSBatchResponse, SQSEvent } from "aws-lambda";
import { type EventContract, NeedsAPerson, NotUnderstood } from "./event.ts";
import { describeError, log } from "./log.ts";
import { park } from "./park.ts";
import { type Hear, hearDetail } from "./subscriber.ts";
import { hasTime, type TimeLeft } from "./time-left.ts";

const detailOf = async (body: string): Promise<unknown> => {
  try {
    return JSON.parse(body).detail;
  } catch {
    throw new NotUnderstood("The message is not JSON");
  }
};

/**
 * A Lambda that hears events through a queue, one after the other. A message that fails is reported alone, so it
 * comes back without the others and ends, after the queue's `maxReceiveCount`, among the dead letters. One that needs
 * a person, for it is not understood or else, goes there at once, with the reason. What does not fit into the function's
 * time is not begun: it comes back, too.
 */
export const queueConsumer =
  <Contract extends EventContract>(
    { hears, deadLetters }: { hears: readonly Contract[]; deadLetters: string },
    hear: Hear<Contract>,
  ) =>
  async ({ Records }: SQSEvent, time: TimeLeft): Promise<SQSBatchResponse> => {
    const batchItemFailures: SQSBatchResponse["batchItemFailures"] = [];
    for (const { messageId, body, attributes } of Records) {
      if (!hasTime(time)) {
        batchItemFailures.push({ itemIdentifier: messageId });
        continue;
      }
      try {
        await detailOf(body)
          .then((detail) => hearDetail(hears, hear, detail))
          .catch((error) => {
            if (!(error instanceof NeedsAPerson)) throw error;
            log("message parked", { messageId, ...describeError(error) });
            return park(deadLetters, body, error.message);
          });
      } catch (error) {
        const receiveCount = Number(attributes.ApproximateReceiveCount);
        log("message not handled", { messageId, receiveCount, ...describeError(error) });
        batchItemFailures.push({ itemIdentifier: messageId });
      }
    }
    return { batchItemFailures };
  };
