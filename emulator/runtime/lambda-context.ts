import type { FunctionConfig, Invocation } from "../services/lambda/function.ts";

/** The second argument of a handler (https://docs.aws.amazon.com/lambda/latest/dg/nodejs-context.html). */
export const lambdaContext = (
  { name, arn, memory }: Pick<FunctionConfig, "name" | "arn" | "memory">,
  { requestId, deadline }: Invocation & { deadline: number },
  now: () => number,
) => ({
  awsRequestId: requestId,
  callbackWaitsForEmptyEventLoop: true,
  functionName: name,
  functionVersion: "$LATEST",
  invokedFunctionArn: arn,
  memoryLimitInMB: String(memory),
  logGroupName: `/aws/lambda/${name}`,
  logStreamName: `local/[$LATEST]${name}`,
  getRemainingTimeInMillis: () => Math.max(0, deadline - now()),
});
