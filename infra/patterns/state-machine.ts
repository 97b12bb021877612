import type { Saga } from "../../packages/core/src/saga.ts";
import { toStateMachine } from "../../packages/core/src/state-machine.ts";
import { alarm } from "../observability.ts";
import { logDays, named, production } from "../stage.ts";
import { trust } from "./allow.ts";
import "./link.ts";

const { partition } = aws.getPartitionOutput();

const states = (kind: "stateMachine" | "execution", name: string) =>
  $interpolate`arn:${partition}:states:${aws.getRegionOutput().region}:${aws.getCallerIdentityOutput().accountId}:${kind}:${named(name)}`;

/** The integrations of Step Functions have ARNs of the partition, too. */
const inPartition = (definition: string) =>
  partition.apply((name) => definition.replaceAll("arn:aws:states:::", `arn:${name}:states:::`));

/**
 * The ARN of a state machine by its name alone. Whoever answers its task tokens needs it before the machine
 * exists, for the machine needs the ARN of that function.
 */
export const stateMachineArn = (name: string) => states("stateMachine", name);

/** The ARNs of all executions of a state machine. */
export const executionsOf = (name: string) => $interpolate`${states("execution", name)}:*`;

/** The state machine of a saga, compiled from its ladder. Its role may invoke the ladder's functions and nothing else of ours. */
export const stateMachine = <Name extends string>(
  saga: Saga<Name>,
  { context, steps }: { context: string; steps: Record<Name, sst.aws.Function> },
) => {
  const { name } = saga;
  const tags = { context };
  const arns = $util.output(
    Object.fromEntries(
      Object.entries<sst.aws.Function>(steps).map(([step, { arn }]) => [step, arn]),
    ),
  ) as $util.Output<Record<Name, string>>;

  const logs = new aws.cloudwatch.LogGroup(`${name}Logs`, {
    name: `/aws/vendedlogs/states/${named(name)}`,
    retentionInDays: logDays,
    tags,
  });
  const role = new aws.iam.Role(`${name}Role`, {
    name: named(`${name}Role`),
    assumeRolePolicy: trust("states.amazonaws.com"),
    inlinePolicies: [
      {
        name: "inline",
        policy: $jsonStringify({
          Version: "2012-10-17",
          Statement: [
            {
              Effect: "Allow",
              Action: "lambda:InvokeFunction",
              Resource: arns.apply((all) => Object.values(all)),
            },
            {
              // Log delivery and X-Ray know no resource-level permissions.
              Effect: "Allow",
              Action: [
                "logs:CreateLogDelivery",
                "logs:DeleteLogDelivery",
                "logs:DescribeLogGroups",
                "logs:DescribeResourcePolicies",
                "logs:GetLogDelivery",
                "logs:ListLogDeliveries",
                "logs:PutResourcePolicy",
                "logs:UpdateLogDelivery",
                "xray:GetSamplingRules",
                "xray:GetSamplingTargets",
                "xray:PutTelemetryRecords",
                "xray:PutTraceSegments",
              ],
              Resource: "*",
            },
          ],
        }),
      },
    ],
    tags,
  });
  const machine = new aws.sfn.StateMachine(name, {
    name: named(name),
    type: "STANDARD",
    roleArn: role.arn,
    definition: arns.apply((all) =>
      inPartition(JSON.stringify(toStateMachine(saga, all), null, 2)),
    ),
    loggingConfiguration: {
      level: production ? "ERROR" : "ALL", // each event of each execution is paid for
      includeExecutionData: false, // an order's payment token is nobody else's business
      logDestination: $interpolate`${logs.arn}:*`,
    },
    tracingConfiguration: { enabled: true },
    tags,
  });
  for (const outcome of ["Failed", "TimedOut", "Aborted"])
    alarm(`${name}${outcome}`, {
      context,
      because: `An execution of ${name} ended ${outcome}`,
      metric: ["AWS/States", `Executions${outcome}`],
      dimensions: { StateMachineArn: machine.arn },
      above: 0,
      minutes: 5,
    });
  return machine;
};
