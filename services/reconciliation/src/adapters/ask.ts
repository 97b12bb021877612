import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { awsClient } from "@petstore/core/aws-client";

/** What is asked may have to start first, and reads a whole page. Everything that is asked here may be asked twice. */
const client = awsClient(LambdaClient, { maxAttempts: 2, requestTimeout: 32_000 });

/** Calls a function of another context and waits for its answer. Throws where it fails. */
export const ask = async (FunctionName: string, question: object): Promise<unknown> => {
  const { Payload, FunctionError } = await client.send(
    new InvokeCommand({ FunctionName, Payload: JSON.stringify(question) }),
  );
  const answer = JSON.parse(Payload?.transformToString() || "null");
  if (FunctionError) throw new Error(`${FunctionName}: ${answer?.errorMessage}`);
  return answer;
};
