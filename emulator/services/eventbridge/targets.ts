import { AwsError, notEmulated } from "../../kernel/engine.ts";
import type { RetryPolicy } from "./delivery.ts";
import { checkTargetInput, type TargetInput } from "./target-input.ts";

/** A target of a rule, as PutTargets takes it. */
export type Target = TargetInput & {
  Id: string;
  Arn: string;
  RoleArn?: string;
  RetryPolicy?: RetryPolicy;
  DeadLetterConfig?: { Arn?: string };
  SqsParameters?: { MessageGroupId?: string };
};

const validation = (message: string) => new AwsError("ValidationException", message);

const supported = new Set([
  "Id",
  "Arn",
  "RoleArn",
  "Input",
  "InputPath",
  "InputTransformer",
  "RetryPolicy",
  "DeadLetterConfig",
  "SqsParameters",
]);

/** Refuses a target that EventBridge would refuse at PutTargets, and by name what is not emulated. */
export const checkTarget = (target: Target) => {
  const { Id, Arn, RoleArn, DeadLetterConfig } = target;
  for (const [name, value] of Object.entries(target))
    if (value !== undefined && !supported.has(name))
      throw notEmulated("events", `the parameter ${name} of a target`);
  const [arn, , service = "", , , ...resource] = Arn.split(":");
  if (arn !== "arn" || resource.length === 0)
    throw validation(
      `Parameter ${Arn} is not valid. Reason: Provided Arn is not in correct format.`,
    );
  if (!["lambda", "sqs", "states", "events"].includes(service))
    throw notEmulated("events", `targets of the service ${service}`);
  if (service === "events" && !resource.join(":").startsWith("event-bus/"))
    throw notEmulated("events", `targets such as ${Arn}`);
  if (service === "states" && !RoleArn) throw validation(`RoleArn is required for target ${Arn}.`);
  if (DeadLetterConfig?.Arn && !DeadLetterConfig.Arn.startsWith("arn:aws:sqs:"))
    throw validation(
      `Parameter DeadLetterConfig is not valid for target ${Id}: not a queue's ARN.`,
    );
  checkTargetInput(Id, target);
};
