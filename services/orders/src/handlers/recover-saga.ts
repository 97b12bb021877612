import * as z from "zod";
import { recoverSaga } from "../adapters/recover-saga.ts";

const ExecutionArn = z.string().startsWith("arn:");

/**
 * Hears that an execution of one of our sagas ended early: Step Functions' own `States.ALL` does not catch everything. It is
 * given the execution's ARN only, not the whole event: that has the saga's input in it, and may end among the dead letters.
 */
export const handler = (input: unknown): Promise<void> => recoverSaga(ExecutionArn.parse(input));
