import type { Graph } from "emulator/boot/graph";
import type { Place, PlaceOf } from "emulator/services/iam/gate";

/** The graph's types that hold a role or have a policy or are worked on, as people call them. SST ends names with `ending`. */
const kinds: Record<string, { kind: string; ending?: RegExp }> = {
  "aws:lambda/function:Function": { kind: "function", ending: /Function$/ },
  "aws:sfn/stateMachine:StateMachine": { kind: "state machine" },
  "aws:scheduler/schedule:Schedule": { kind: "schedule", ending: /Schedule$/ },
  "aws:cloudwatch/eventRule:EventRule": { kind: "rule" },
  "aws:cognito/userPool:UserPool": { kind: "user pool", ending: /UserPool$/ },
  "aws:apigatewayv2/api:Api": { kind: "API", ending: /Api$/ },
  "aws:sqs/queue:Queue": { kind: "queue", ending: /Queue$/ },
  "aws:dynamodb/table:Table": { kind: "table", ending: /Table$/ },
  "aws:cloudwatch/eventBus:EventBus": { kind: "bus", ending: /Bus$/ },
};

/**
 * Finds where something stands in infra/, by its own ARN or by its role's: every context has one file there, and every
 * resource the tag of its context. Answers undefined for what the graph does not have.
 */
export const placesOf = ({ resources }: Graph): PlaceOf => {
  const tagsOf = (arn?: string) =>
    resources.find(({ outputs }) => arn !== undefined && outputs.arn === arn)?.inputs.tags;
  const places = new Map<string, Place>();
  for (const { type, name, inputs, outputs } of resources) {
    const found = kinds[type];
    if (!found) continue;
    const role = inputs.role ?? inputs.roleArn ?? inputs.target?.roleArn;
    const context = inputs.tags?.context ?? tagsOf(role)?.context;
    if (!context) continue;
    const place = {
      kind: found.kind,
      name: found.ending ? name.replace(found.ending, "") : name,
      context,
      file: context === "platform" ? "infra/api.ts" : `infra/${context}.ts`,
    };
    for (const arn of [role, outputs.arn, outputs.executionArn]) if (arn) places.set(arn, place);
  }
  return (arn) => places.get(arn);
};
