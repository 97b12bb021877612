import { AwsError, type Engine, notEmulated } from "../../kernel/engine.ts";
import { paged } from "./paging.ts";
import type { Bus, Registry, Rule } from "./registry.ts";
import { checkTarget, type Target } from "./targets.ts";

const validation = (message: string) => new AwsError("ValidationException", message);
const limitExceeded = () =>
  new AwsError(
    "LimitExceededException",
    "The requested resource exceeds the maximum number allowed.",
  );

/** The quota of a pattern's characters that an account begins with; AWS raises it to 4,096 for who asks. */
const patternQuota = 2048;

const shown = (bus: Bus, rule: Rule) => ({
  Name: rule.name,
  Arn: rule.arn,
  EventPattern: rule.pattern,
  State: rule.enabled ? "ENABLED" : "DISABLED",
  EventBusName: bus.name,
  ...(rule.description && { Description: rule.description }),
  ...(rule.role && { RoleArn: rule.role }),
});

/** The operations on rules and their targets. */
export const ruleOperations = (registry: Registry): Engine["operations"] => {
  const { requireBus, requireRule, rulesOn, putRule } = registry;
  const setEnabled = (enabled: boolean) => (input: { Name: string; EventBusName?: string }) => {
    putRule({ ...requireRule(requireBus(input.EventBusName), input.Name), enabled });
    return {};
  };
  return {
    PutRule(input) {
      const { Name, EventBusName, EventPattern, ScheduleExpression, State, Description } = input;
      const bus = requireBus(EventBusName);
      if (ScheduleExpression)
        throw notEmulated("events", "the parameter ScheduleExpression of PutRule (use a schedule)");
      if (!EventPattern)
        throw validation("Parameter(s) EventPattern or ScheduleExpression must be specified.");
      if (EventPattern.length > patternQuota) throw limitExceeded();
      registry.compiled(EventPattern);
      const path = bus.name === "default" ? Name : `${bus.name}/${Name}`;
      const rule: Rule = {
        name: Name,
        bus: bus.name,
        arn: registry.arnOf(`rule/${path}`),
        pattern: EventPattern,
        enabled: State !== "DISABLED",
        description: Description,
        role: input.RoleArn,
        targets: registry.rule(bus, Name)?.targets ?? [],
      };
      putRule(rule);
      registry.tag(rule.arn, input.Tags);
      return { RuleArn: rule.arn };
    },
    DescribeRule({ Name, EventBusName }) {
      const bus = requireBus(EventBusName);
      return shown(bus, requireRule(bus, Name));
    },
    ListRules({ EventBusName, NamePrefix = "", ...input }) {
      const bus = requireBus(EventBusName);
      const wanted = rulesOn(bus.name).filter(({ name }) => name.startsWith(NamePrefix));
      const { page, ...more } = paged(wanted, input);
      return { Rules: page.map((rule) => shown(bus, rule)), ...more };
    },
    EnableRule: setEnabled(true),
    DisableRule: setEnabled(false),
    DeleteRule({ Name, EventBusName }) {
      const rule = registry.rule(requireBus(EventBusName), Name);
      if (!rule) return {};
      if (rule.targets.length > 0) throw validation("Rule can't be deleted since it has targets.");
      registry.deleteRule(rule);
      return {};
    },
    PutTargets({ Rule: name, EventBusName, Targets }) {
      const rule = requireRule(requireBus(EventBusName), name);
      const targets: Target[] = Targets;
      for (const target of targets) checkTarget(target);
      const all = new Map([...rule.targets, ...targets].map((target) => [target.Id, target]));
      if (all.size > 5) throw limitExceeded();
      putRule({ ...rule, targets: structuredClone([...all.values()]) });
      return { FailedEntryCount: 0, FailedEntries: [] };
    },
    RemoveTargets({ Rule: name, EventBusName, Ids }) {
      const rule = requireRule(requireBus(EventBusName), name);
      const ids: string[] = Ids;
      putRule({ ...rule, targets: rule.targets.filter(({ Id }) => !ids.includes(Id)) });
      const FailedEntries = ids
        .filter((TargetId) => !rule.targets.some(({ Id }) => Id === TargetId))
        .map((TargetId) => ({
          TargetId,
          ErrorCode: "ResourceNotFoundException",
          ErrorMessage: `Rule ${name} does not have target(s) ${TargetId}.`,
        }));
      return { FailedEntryCount: FailedEntries.length, FailedEntries };
    },
    ListTargetsByRule({ Rule: name, EventBusName, ...input }) {
      const { targets } = requireRule(requireBus(EventBusName), name);
      const { page, ...more } = paged(targets, input);
      return { Targets: page, ...more };
    },
    ListRuleNamesByTarget({ TargetArn, EventBusName, ...input }) {
      const has = ({ targets }: Rule) => targets.some(({ Arn }) => Arn === TargetArn);
      const wanted = rulesOn(requireBus(EventBusName).name).filter(has);
      const { page, ...more } = paged(wanted, input);
      return { RuleNames: page.map(({ name }) => name), ...more };
    },
  };
};
