import { Resource } from "sst";
import type { Run } from "../domain/run.ts";

const arns = { FulfilOrder: Resource.FulfilOrder.arn, ReturnOrder: Resource.ReturnOrder.arn };

/** The ARN of the state machine that a run belongs to, for those who look after both. */
export const arnOf = ({ saga }: Pick<Run, "saga">): string => arns[saga];
