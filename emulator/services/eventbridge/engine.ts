import {
  AwsError,
  type Caller,
  type Engine,
  notEmulated,
  type World,
} from "../../kernel/engine.ts";
import { isObject } from "../../kernel/json.ts";
import { uuid } from "../../kernel/uuid.ts";
import { archiveOperations } from "./archives.ts";
import { callOf, createDeliveries, type RetryPolicy, type Shipment } from "./delivery.ts";
import { paged } from "./paging.ts";
import { type CompiledPattern, crush, validatePattern } from "./patterns.ts";
import {
  type BusEvent,
  checkTargetInput,
  type TargetInput,
  targetInput,
  textOf,
} from "./target-input.ts";

/** A target of a rule, as PutTargets takes it. */
type Target = TargetInput & {
  Id: string;
  Arn: string;
  RoleArn?: string;
  RetryPolicy?: RetryPolicy;
  DeadLetterConfig?: { Arn?: string };
  SqsParameters?: { MessageGroupId?: string };
};

/** A rule and its targets, as plain data. It never changes: another one takes its place. */
type Rule = {
  name: string;
  arn: string;
  bus: string;
  pattern: string;
  enabled: boolean;
  description?: string;
  role?: string;
  targets: readonly Target[];
};

/** A bus, as plain data. It never changes: another one takes its place. */
type Bus = {
  name: string;
  arn: string;
  description?: string;
  kmsKey?: string;
  deadLetters?: object;
  statements: { Sid: string; [member: string]: unknown }[];
  createdAt: number;
  modifiedAt: number;
};

/** An event on its way to a target, with what the rule and the target were when it matched. */
type Matched = {
  bus: string;
  rule: string;
  ruleArn: string;
  role?: string;
  target: Target;
  event: BusEvent;
};

/** The largest sum of a PutEvents call's entries, in bytes. */
const maximumSize = 1_048_576;

const servicePrincipal = "events.amazonaws.com";
const validation = (message: string) => new AwsError("ValidationException", message);
const notFound = (what: string) =>
  new AwsError("ResourceNotFoundException", `${what} does not exist.`);

const sizeOf = (entry: Record<string, unknown>) => {
  const bytes = (text: unknown) => Buffer.byteLength(String(text ?? ""));
  const resources = (entry.Resources ?? []) as string[];
  return (
    (entry.Time ? 14 : 0) +
    bytes(entry.Source) +
    bytes(entry.DetailType) +
    bytes(entry.Detail) +
    resources.reduce((sum, resource) => sum + bytes(resource), 0)
  );
};

/** An object that a text of JSON holds, or undefined. */
const objectIn = (text: string): Record<string, unknown> | undefined => {
  try {
    const value = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
};

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

const checkTarget = (target: Target, index: number) => {
  const constraint = (value: string, rule: string) =>
    validation(
      `1 validation error detected: Value '${value}' at 'targets.${index + 1}.member.id' failed to satisfy constraint: Member must ${rule}`,
    );
  const { Id, Arn, RoleArn, RetryPolicy: policy, DeadLetterConfig } = target;
  if (!Id || !/^[.\-_A-Za-z0-9]+$/.test(Id))
    throw constraint(Id, "satisfy regular expression pattern: [\\.\\-_A-Za-z0-9]+");
  if (Id.length > 64) throw constraint(Id, "have length less than or equal to 64");
  for (const [name, value] of Object.entries(target))
    if (value !== undefined && !supported.has(name))
      throw notEmulated("events", `the parameter ${name} of a target`);
  const [arn, , service = "", , , ...resource] = (Arn ?? "").split(":");
  if (arn !== "arn" || resource.length === 0)
    throw validation(
      `Parameter ${Arn} is not valid. Reason: Provided Arn is not in correct format.`,
    );
  if (!["lambda", "sqs", "states", "events"].includes(service))
    throw notEmulated("events", `targets of the service ${service}`);
  if (service === "events" && !resource.join(":").startsWith("event-bus/"))
    throw notEmulated("events", `targets such as ${Arn}`);
  if (service === "states" && !RoleArn) throw validation(`RoleArn is required for target ${Arn}.`);
  const attempts = policy?.MaximumRetryAttempts ?? 0;
  const age = policy?.MaximumEventAgeInSeconds ?? 60;
  if (!(attempts >= 0 && attempts <= 185 && age >= 60 && age <= 86_400))
    throw validation(`Parameter RetryPolicy is not valid for target ${Id}.`);
  if (DeadLetterConfig?.Arn && !DeadLetterConfig.Arn.startsWith("arn:aws:sqs:"))
    throw validation(
      `Parameter DeadLetterConfig is not valid for target ${Id}: not a queue's ARN.`,
    );
  checkTargetInput(Id, target);
};

/** EventBridge's classic buses: rules, targets with retries and dead letters, archives, replays. */
export const eventBridgeEngine = (world: World): Engine => {
  const { clock, account, region, note, keep } = world;
  const buses = keep.map<Bus>("events.buses");
  const rules = keep.map<Rule>("events.rules");
  const tags = keep.map<Record<string, string>>("events.tags");
  const patterns = new Map<string, CompiledPattern>();
  /** The rules by bus, until one changes. */
  let rulesByBus: Map<string, Rule[]> | undefined;

  const compiled = (pattern: string): CompiledPattern => {
    const known = patterns.get(pattern);
    if (known) return known;
    const made = validatePattern(pattern);
    patterns.set(pattern, made);
    return made;
  };

  const busArn = (name: string) => `arn:aws:events:${region}:${account}:event-bus/${name}`;
  const busName = (nameOrArn = "default") => nameOrArn.split("event-bus/").at(-1) as string;
  const requireBus = (nameOrArn?: string): Bus => {
    const bus = buses.get(busName(nameOrArn));
    if (!bus) throw notFound(`Event bus ${busName(nameOrArn)}`);
    return bus;
  };
  const rulesOn = (bus: string): readonly Rule[] => {
    rulesByBus ??= Map.groupBy(rules.values(), (rule) => rule.bus);
    return rulesByBus.get(bus) ?? [];
  };
  const keyOf = ({ bus, name }: { bus: string; name: string }) => `${bus}/${name}`;
  const requireRule = (bus: Bus, name: string): Rule => {
    const rule = rules.get(keyOf({ bus: bus.name, name }));
    if (!rule)
      throw new AwsError(
        "ResourceNotFoundException",
        `Rule ${name} does not exist on EventBus ${bus.name}.`,
      );
    return rule;
  };
  const putRule = (rule: Rule) => {
    rules.set(keyOf(rule), rule);
    rulesByBus = undefined;
  };
  const addBus = (name: string, more: Partial<Bus> = {}) => {
    const now = clock.now();
    const bus: Bus = {
      name,
      arn: busArn(name),
      statements: [],
      createdAt: now,
      modifiedAt: now,
      ...more,
    };
    buses.set(name, bus);
    return bus;
  };
  addBus("default");

  const shipmentOf = ({ bus, rule, ruleArn, role, target, event }: Matched): Shipment => {
    const caller: Caller = {
      name: `rule ${rule}`,
      role: target.RoleArn ?? role ?? servicePrincipal,
      source: ruleArn,
    };
    const deadLetterArn = target.DeadLetterConfig?.Arn;
    return {
      label: `events deliver ${rule} ${target.Id}`,
      fact: {
        bus,
        rule,
        target: target.Arn,
        targetId: target.Id,
        eventId: event.id,
        detailType: event["detail-type"],
        replay: event["replay-name"],
      },
      async send() {
        const input = targetInput(event, target, {
          ruleArn,
          ruleName: rule,
          ingestedAt: event.time,
        });
        const call = callOf(target.Arn, input, {
          name: () => `${event.id}_${uuid(clock.random)}`,
          group: target.SqsParameters?.MessageGroupId,
        });
        if (call) return world.call({ caller, ...call });
        // Another bus gets the event itself, under its own id.
        return accept(requireBus(target.Arn), event);
      },
      retryPolicy: target.RetryPolicy,
      deadLetters: deadLetterArn
        ? {
            arn: deadLetterArn,
            caller: { ...caller, role: servicePrincipal },
            body: () => textOf(event),
            attributes: { RULE_ARN: ruleArn, TARGET_ARN: target.Arn },
          }
        : undefined,
    };
  };
  const deliveries = createDeliveries(world, "events", shipmentOf);

  const accept = (bus: Bus, event: BusEvent, ruleArns?: string[]) => {
    const crushed = crush(event);
    archiving.keep(bus.arn, event, crushed);
    for (const { name, arn, enabled, pattern, role, targets } of rulesOn(bus.name)) {
      if (!enabled || (ruleArns && !ruleArns.includes(arn))) continue;
      if (!compiled(pattern)(crushed)) continue;
      for (const target of targets)
        deliveries.add({ bus: bus.name, rule: name, ruleArn: arn, role, target, event });
    }
  };

  const archiving = archiveOperations({
    world,
    requireBus,
    compiled,
    dispatch: (arn, event, ruleArns) =>
      accept(requireBus(arn), event, ruleArns?.length ? ruleArns : undefined),
  });

  // biome-ignore lint/suspicious/noExplicitAny: an entry as the caller sent it
  const put = (entry: any, caller: Caller) => {
    const refuse = (ErrorCode: string, ErrorMessage: string) => ({ ErrorCode, ErrorMessage });
    const required = ["Source", "DetailType", "Detail"].find((name) => !entry[name]);
    if (required)
      return refuse(
        "InvalidArgument",
        `Parameter ${required} is not valid. Reason: ${required} is a required argument.`,
      );
    const detail = objectIn(entry.Detail);
    if (!detail) return refuse("MalformedDetail", "Detail is malformed.");
    if (entry.Source.startsWith("aws.") && !caller.role.endsWith(".amazonaws.com"))
      return refuse("NotAuthorizedForSourceException", "Not authorized for the source.");
    const ms = entry.Time === undefined ? clock.now() : Number(entry.Time) * 1000;
    const event: BusEvent = {
      version: "0",
      id: uuid(clock.random),
      "detail-type": entry.DetailType,
      source: entry.Source,
      account,
      time: new Date(Math.floor(ms / 1000) * 1000).toISOString().replace(".000", ""),
      region,
      resources: [...(entry.Resources ?? [])],
      detail,
    };
    const bus = buses.get(busName(entry.EventBusName));
    note({
      kind: bus ? "events.accepted" : "events.dropped",
      bus: busName(entry.EventBusName),
      eventId: event.id,
      detailType: event["detail-type"],
      source: event.source,
      caller: caller.name,
      // AWS takes events for a bus that does not exist, and forgets them.
      ...(!bus && { code: "NO_RESOURCE", message: "The event bus does not exist." }),
    });
    if (bus) accept(bus, event);
    return { EventId: event.id };
  };

  const shownRule = (bus: Bus, rule: Rule) => ({
    Name: rule.name,
    Arn: rule.arn,
    EventPattern: rule.pattern,
    State: rule.enabled ? "ENABLED" : "DISABLED",
    EventBusName: bus.name,
    ...(rule.description && { Description: rule.description }),
    ...(rule.role && { RoleArn: rule.role }),
  });
  const shownBus = (bus: Bus) => ({
    Name: bus.name,
    Arn: bus.arn,
    ...(bus.description && { Description: bus.description }),
    ...(bus.statements.length > 0 && {
      Policy: JSON.stringify({ Version: "2012-10-17", Statement: bus.statements }),
    }),
    CreationTime: bus.createdAt / 1000,
    LastModifiedTime: bus.modifiedAt / 1000,
  });
  const tag = (arn: string, given: { Key: string; Value: string }[] = []) => {
    const more = Object.fromEntries(given.map(({ Key, Value }) => [Key, Value]));
    tags.set(arn, { ...tags.get(arn), ...more });
  };
  /** Only rules and buses have tags. */
  const tagsOf = (arn: string) => {
    const known = [...buses.values(), ...rules.values()].some((one) => one.arn === arn);
    if (!known) throw notFound(`Resource ${arn}`);
    return tags.get(arn) ?? {};
  };
  const allow = (bus: Bus, statements: Bus["statements"]) => {
    buses.set(bus.name, { ...bus, statements, modifiedAt: clock.now() });
    return {};
  };
  const setEnabled = (enabled: boolean) => (input: { Name: string; EventBusName?: string }) => {
    putRule({ ...requireRule(requireBus(input.EventBusName), input.Name), enabled });
    return {};
  };

  const operations: Engine["operations"] = {
    CreateEventBus({ Name, Description, KmsKeyIdentifier, DeadLetterConfig, ...more }) {
      for (const name of ["EventSourceName", "LogConfig"])
        if (more[name] !== undefined)
          throw notEmulated("events", `the parameter ${name} of CreateEventBus`);
      if (!Name || !/^[/.\-_A-Za-z0-9]{1,256}$/.test(Name))
        throw validation(`Parameter Name is not valid: ${Name}`);
      if (buses.has(Name))
        throw new AwsError("ResourceAlreadyExistsException", `Event bus ${Name} already exists.`);
      const bus = addBus(Name, {
        description: Description,
        kmsKey: KmsKeyIdentifier,
        deadLetters: DeadLetterConfig,
      });
      tag(bus.arn, more.Tags);
      return { EventBusArn: bus.arn };
    },
    DescribeEventBus: ({ Name }) => shownBus(requireBus(Name)),
    ListEventBuses({ NamePrefix = "", ...input }) {
      const wanted = [...buses.values()].filter(({ name }) => name.startsWith(NamePrefix));
      const { page, ...more } = paged(wanted, input);
      return { EventBuses: page.map(shownBus), ...more };
    },
    DeleteEventBus({ Name }) {
      if (busName(Name) === "default") throw validation("Cannot delete event bus default.");
      const bus = buses.get(busName(Name));
      if (bus && rulesOn(bus.name).length > 0)
        throw validation(`Cannot delete event bus ${bus.name}: it has rules.`);
      buses.delete(busName(Name));
      tags.delete(busArn(busName(Name)));
      return {};
    },
    PutPermission({ EventBusName, Policy, StatementId, Action, Principal, Condition }) {
      const bus = requireBus(EventBusName);
      if (Policy) {
        const document = objectIn(Policy);
        if (!document) throw validation("Parameter Policy is not valid.");
        return allow(bus, [document.Statement].flat() as Bus["statements"]);
      }
      if (!StatementId || !Action || !Principal)
        throw validation("Parameter StatementId, Action and Principal must be specified.");
      return allow(bus, [
        ...bus.statements.filter(({ Sid }) => Sid !== StatementId),
        {
          Sid: StatementId,
          Effect: "Allow",
          Principal: Principal === "*" ? "*" : { AWS: `arn:aws:iam::${Principal}:root` },
          Action,
          Resource: bus.arn,
          ...(Condition && {
            Condition: { [Condition.Type]: { [Condition.Key]: Condition.Value } },
          }),
        },
      ]);
    },
    RemovePermission({ EventBusName, StatementId, RemoveAllPermissions }) {
      const bus = requireBus(EventBusName);
      if (!RemoveAllPermissions && !bus.statements.some(({ Sid }) => Sid === StatementId))
        throw new AwsError(
          "ResourceNotFoundException",
          "Statement with the provided id does not exist.",
        );
      const left = bus.statements.filter(({ Sid }) => Sid !== StatementId);
      return allow(bus, RemoveAllPermissions ? [] : left);
    },

    PutRule(input) {
      const { Name, EventBusName, EventPattern, ScheduleExpression, State, Description } = input;
      if (!Name || !/^[.\-_A-Za-z0-9]{1,64}$/.test(Name))
        throw validation(`Parameter Name is not valid: ${Name}`);
      const bus = requireBus(EventBusName);
      if (ScheduleExpression)
        throw notEmulated("events", "the parameter ScheduleExpression of PutRule (use a schedule)");
      if (!EventPattern)
        throw validation("Parameter(s) EventPattern or ScheduleExpression must be specified.");
      if (EventPattern.length > 4096) throw validation("Parameter EventPattern is too long.");
      compiled(EventPattern);
      const path = bus.name === "default" ? Name : `${bus.name}/${Name}`;
      const rule: Rule = {
        name: Name,
        bus: bus.name,
        arn: `arn:aws:events:${region}:${account}:rule/${path}`,
        pattern: EventPattern,
        enabled: State !== "DISABLED",
        description: Description,
        role: input.RoleArn,
        targets: rules.get(keyOf({ bus: bus.name, name: Name }))?.targets ?? [],
      };
      putRule(rule);
      tag(rule.arn, input.Tags);
      return { RuleArn: rule.arn };
    },
    DescribeRule({ Name, EventBusName }) {
      const bus = requireBus(EventBusName);
      return shownRule(bus, requireRule(bus, Name));
    },
    ListRules({ EventBusName, NamePrefix = "", ...input }) {
      const bus = requireBus(EventBusName);
      const wanted = rulesOn(bus.name).filter(({ name }) => name.startsWith(NamePrefix));
      const { page, ...more } = paged(wanted, input);
      return { Rules: page.map((rule) => shownRule(bus, rule)), ...more };
    },
    EnableRule: setEnabled(true),
    DisableRule: setEnabled(false),
    DeleteRule({ Name, EventBusName }) {
      const rule = rules.get(keyOf({ bus: requireBus(EventBusName).name, name: Name }));
      if (!rule) return {};
      if (rule.targets.length > 0) throw validation("Rule can't be deleted since it has targets.");
      rules.delete(keyOf(rule));
      tags.delete(rule.arn);
      rulesByBus = undefined;
      return {};
    },
    PutTargets({ Rule: name, EventBusName, Targets }) {
      const rule = requireRule(requireBus(EventBusName), name);
      const targets: Target[] = Targets ?? [];
      if (targets.length === 0) throw validation("Parameter Targets is not valid.");
      for (const [index, target] of targets.entries()) checkTarget(target, index);
      const all = new Map([...rule.targets, ...targets].map((target) => [target.Id, target]));
      if (all.size > 5)
        throw new AwsError(
          "LimitExceededException",
          "The requested resource exceeds the maximum number allowed.",
        );
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

    PutEvents({ Entries, EndpointId }, caller) {
      if (EndpointId) throw notEmulated("events", "the parameter EndpointId of PutEvents");
      const count = Entries?.length ?? 0;
      if (count < 1 || count > 10)
        throw validation(
          `1 validation error detected: Value '[${count} entries]' at 'entries' failed to satisfy constraint: Member must have length ${count < 1 ? "greater than or equal to 1" : "less than or equal to 10"}`,
        );
      const size = Entries.reduce((sum: number, entry: object) => sum + sizeOf({ ...entry }), 0);
      if (size > maximumSize)
        throw validation("Total size of the entries in the request is over the limit.");
      const answers: object[] = Entries.map((entry: object) => put(entry, caller));
      const failed = answers.filter((answer) => "ErrorCode" in answer).length;
      return { FailedEntryCount: failed, Entries: answers };
    },
    TestEventPattern({ EventPattern, Event }) {
      const event = objectIn(Event ?? "");
      const missing = ["id", "account", "source", "time", "region", "detail-type"];
      if (!event || missing.some((name) => event[name] === undefined))
        throw validation("Parameter Event is not valid.");
      return { Result: validatePattern(EventPattern)(crush(event)) };
    },

    TagResource({ ResourceARN, Tags }) {
      tagsOf(ResourceARN);
      tag(ResourceARN, Tags);
      return {};
    },
    UntagResource({ ResourceARN, TagKeys }) {
      const left = Object.entries(tagsOf(ResourceARN)).filter(([key]) => !TagKeys.includes(key));
      tags.set(ResourceARN, Object.fromEntries(left));
      return {};
    },
    ListTagsForResource: ({ ResourceARN }) => ({
      Tags: Object.entries(tagsOf(ResourceARN)).map(([Key, Value]) => ({ Key, Value })),
    }),
    ...archiving.operations,
  };

  return {
    service: "events",
    operations,
    stop() {
      deliveries.stop();
      archiving.stop();
    },
    resume() {
      rulesByBus = undefined;
      archiving.resume();
      deliveries.resume();
    },
  };
};
