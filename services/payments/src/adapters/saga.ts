import { SendTaskFailureCommand, SendTaskSuccessCommand, SFNClient } from "@aws-sdk/client-sfn";
import { awsClient } from "@petstore/core/aws-client";
import type { Result } from "@petstore/core/result";

const client = awsClient(SFNClient);

/** Nobody waits under this token any more: answered before, timed out, or its execution is over. */
const GONE = ["TaskDoesNotExist", "TaskTimedOut", "InvalidToken"];

/** Answers the saga's step that waits under a task token. An answer that nobody waits for any more is not an error. */
export const answerSaga = async (taskToken: string, answer: Result<unknown>): Promise<void> => {
  try {
    if (answer.ok) {
      const output = JSON.stringify(answer.value);
      await client.send(new SendTaskSuccessCommand({ taskToken, output }));
    } else {
      const { code, detail } = answer.refusal;
      const cause = JSON.stringify({ errorType: "Refused", errorMessage: `${code}: ${detail}` });
      await client.send(new SendTaskFailureCommand({ taskToken, error: "Refused", cause }));
    }
  } catch (error) {
    if (!(error instanceof Error) || !GONE.includes(error.name)) throw error;
  }
};
