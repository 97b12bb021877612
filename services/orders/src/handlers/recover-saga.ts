import type { EventBridgeEvent } from "aws-lambda";
import * as z from "zod";
import { recoverSaga } from "../adapters/recover-saga.ts";

/** https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html */
const StatusChange = z.object({
  stateMachineArn: z.string(),
  name: z.string(),
  status: z.enum(["FAILED", "TIMED_OUT", "ABORTED"]),
  error: z.string().nullish(),
  input: z.string(),
});

/** Hears that an execution of one of our sagas ended early. Step Functions' own `States.ALL` does not catch everything. */
export const handler = async ({ detail }: EventBridgeEvent<string, unknown>): Promise<void> => {
  const { stateMachineArn: machine, error, ...ended } = StatusChange.parse(detail);
  await recoverSaga({ machine, ...ended, ...(error && { error }) });
};
