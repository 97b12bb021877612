import { CannotStart } from "../../kernel/refusals.ts";
import { defined, pascal, type Translation } from "./translation.ts";

/** What sets others to work: state machines, archives, rules and their targets, schedules. */
export const workflows: Record<string, Translation> = {
  "aws:sfn/stateMachine:StateMachine": {
    callsOnly: true,
    uses: ["name", "definition", "roleArn", "type"],
    skips: ["loggingConfiguration", "tracingConfiguration", "tags", "publish"],
    create: ({ name, definition, roleArn, type }, { call }) =>
      call("states", "CreateStateMachine", defined({ name, definition, roleArn, type })),
  },

  "aws:cloudwatch/eventArchive:EventArchive": {
    callsOnly: true,
    uses: ["name", "eventSourceArn", "eventPattern", "retentionDays", "description"],
    create: ({ name, ...inputs }, { call }) =>
      call("events", "CreateArchive", { ArchiveName: name, ...(pascal(inputs) as object) }),
  },

  "aws:cloudwatch/eventRule:EventRule": {
    callsOnly: true,
    uses: [
      "name",
      "description",
      "eventBusName",
      "eventPattern",
      "scheduleExpression",
      "state",
      "roleArn",
    ],
    skips: ["tags"],
    create: ({ tags: _tags, ...inputs }, { call }) =>
      call("events", "PutRule", pascal(inputs) as Record<string, unknown>),
  },

  "aws:cloudwatch/eventTarget:EventTarget": {
    callsOnly: true,
    uses: [
      "rule",
      "eventBusName",
      "targetId",
      "arn",
      "roleArn",
      "input",
      "inputPath",
      "inputTransformer",
      "retryPolicy",
      "deadLetterConfig",
    ],
    async create({ rule, eventBusName, targetId, ...target }, { call }) {
      const { FailedEntryCount, FailedEntries } = await call("events", "PutTargets", {
        Rule: rule,
        ...(eventBusName && { EventBusName: eventBusName }),
        Targets: [{ Id: targetId, ...(pascal(target) as object) }],
      });
      if (FailedEntryCount > 0)
        throw new CannotStart(
          `The target ${targetId} of rule ${rule}: ${FailedEntries[0].ErrorMessage}`,
        );
    },
  },

  "aws:scheduler/schedule:Schedule": {
    callsOnly: true,
    uses: [
      "name",
      "groupName",
      "scheduleExpression",
      "scheduleExpressionTimezone",
      "startDate",
      "endDate",
      "state",
      "flexibleTimeWindow",
      "target",
      "description",
    ],
    create: (inputs, { call }) =>
      call("scheduler", "CreateSchedule", pascal(inputs) as Record<string, unknown>),
  },
};
