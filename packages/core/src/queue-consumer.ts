import type { SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import { type EventContract, NeedsAPerson, NotUnderstood } from "./event.ts";
import { describeError, log } from "./log.ts";
import { park } from "./park.ts";
import { type Hear, hearDetail } from "./subscriber.ts";
import { hasTime, type TimeLeft } from "./time-left.ts";

const detailOf = (body: string): unknown => {
  try {
    return JSON.parse(body).detail;
  } catch {
    throw new NotUnderstood("The message is not JSON");
  }
};

/** Why it would not go better if the message came again, where that is so: DynamoDB takes such a request at no time. */
const whyHopeless = (error: unknown): string | undefined => {
  if (error instanceof NeedsAPerson) return error.message;
  const isRefused = error instanceof Error && error.name === "ValidationException";
  return isRefused ? `What it says cannot be written down: ${error.message}` : undefined;
};

/** What a message belongs to, as an order's events do; nothing where it cannot be read. */
const storyOf = ({ body }: SQSRecord): unknown => {
  try {
    return (detailOf(body) as { correlationId: unknown }).correlationId;
  } catch {
    return undefined;
  }
};

/**
 * A Lambda that hears events through a queue, one after the other. A message that fails is reported alone, so it
 * comes back without the others and ends, after the queue's `maxReceiveCount`, among the dead letters. What belongs to the same
 * story as one that failed has to wait for all others of the batch: it may take long to fail as well. One that needs a person,
 * because it is not understood for example or cannot be written down, goes to the dead letters at once, with the reason. Where the function's time is
 * nearly over, the rest is not begun, and comes back.
 */
export const queueConsumer =
  <Contract extends EventContract>(
    { hears, deadLetters }: { hears: readonly Contract[]; deadLetters: string },
    hear: Hear<Contract>,
  ) =>
  async ({ Records }: SQSEvent, time: TimeLeft): Promise<SQSBatchResponse> => {
    const handle = async ({ messageId, body }: SQSRecord) => {
      try {
        await hearDetail(hears, hear, detailOf(body));
      } catch (error) {
        const why = whyHopeless(error);
        if (why === undefined) throw error;
        log("message parked", { messageId, ...describeError(error) });
        await park(deadLetters, body, why);
      }
    };
    const failed: SQSRecord[] = [];
    const fails = async (record: SQSRecord): Promise<boolean> => {
      const { messageId, attributes } = record;
      try {
        if (hasTime(time)) {
          await handle(record);
          return false;
        }
      } catch (error) {
        const receiveCount = Number(attributes.ApproximateReceiveCount);
        log("message not handled", { messageId, receiveCount, ...describeError(error) });
      }
      failed.push(record);
      return true;
    };

    const stories = new Set<unknown>();
    const waiting: SQSRecord[] = [];
    for (const record of Records) {
      const story = storyOf(record);
      if (story !== undefined && stories.has(story)) waiting.push(record);
      else if (await fails(record)) stories.add(story);
    }
    for (const record of waiting) await fails(record);
    return {
      batchItemFailures: failed.map(({ messageId: itemIdentifier }) => ({ itemIdentifier })),
    };
  };
