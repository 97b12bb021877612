import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { awsClient } from "@petstore/core/aws-client";
import { Resource } from "sst";

/** A step has twenty seconds. It is not asked a second time meanwhile: whoever coordinates repeats it. */
const client = awsClient(LambdaClient, { maxAttempts: 1, requestTimeout: 25_000 });

/** What went wrong with a step, in the words in which Step Functions tells it to an undo. */
export type StepFailure = { Error: string; Cause: string };

/** What came of a step. */
export type Outcome = { ok: true; value: unknown } | { ok: false; failure: StepFailure };

const functionNamed = (step: string): string =>
  (Resource as unknown as Record<string, { name: string }>)[step]?.name ?? step;

/** Calls one of the shop's own functions, one that is a step of its saga, and waits for the answer. */
export const callStep = async (step: string, input: object): Promise<Outcome> => {
  const request = { FunctionName: functionNamed(step), Payload: JSON.stringify(input) };
  try {
    const { Payload, FunctionError } = await client.send(new InvokeCommand(request));
    const text = Payload?.transformToString() || "null";
    const answer = JSON.parse(text);
    if (!FunctionError) return { ok: true, value: answer };
    return { ok: false, failure: { Error: answer?.errorType ?? "Lambda.Unknown", Cause: text } };
  } catch (error) {
    // Throttled, out of reach, or silent for too long: nobody knows whether it was done.
    return { ok: false, failure: { Error: "Lambda.Unknown", Cause: String(error) } };
  }
};

/** Whether asking again helps in time: what the saga's retries call transient, and functions that were cut off. */
export const passesByItself = ({ Error: name }: StepFailure): boolean =>
  /^(OutcomeUnknown$|Transient$|Lambda\.|Sandbox\.|Runtime\.)/.test(name);

/** Whether asking again never helps. */
export const standsForGood = ({ Error: name }: StepFailure): boolean =>
  name === "Refused" || name === "Contradiction";
