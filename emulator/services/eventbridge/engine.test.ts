import { describe, expect, it } from "vitest";
import { virtualClock } from "../../kernel/clock.ts";
import { createCloud, type Fact } from "../../kernel/cloud.ts";
import {
  AwsError,
  administrator,
  type Call,
  type Caller,
  type Engine,
} from "../../kernel/engine.ts";
import { sqsEngine } from "../sqs/engine.ts";
import { eventBridgeEngine } from "./engine.ts";

const base = "us-east-1:123456789012";
const queueArn = (name: string) => `arn:aws:sqs:${base}:${name}`;
const functionArn = `arn:aws:lambda:${base}:function:Start`;
const machineArn = `arn:aws:states:${base}:stateMachine:FulfilOrder`;
const busArn = (name: string) => `arn:aws:events:${base}:event-bus/${name}`;
const ruleArn = `arn:aws:events:${base}:rule/Bus/Placed`;
const hour = 3_600_000;

const start = async (seed = 1) => {
  const clock = virtualClock({ seed });
  const calls: Call[] = [];
  let refuse = (_: Call): void => {};
  const fake = (service: string, operation: string) => (): Engine => ({
    service,
    operations: { [operation]: () => ({}) },
  });
  const cloud = createCloud(clock, [
    sqsEngine(),
    eventBridgeEngine,
    fake("lambda", "Invoke"),
    fake("states", "StartExecution"),
  ]);
  cloud.guard((call, next) => {
    if (call.caller.name === "administrator") return next(call);
    calls.push(call);
    refuse(call);
    return next(call);
  });
  const facts: Fact[] = [];
  cloud.observe((fact) => facts.push(fact));
  const as = (caller: Caller, service: string) => (operation: string, input: object) =>
    cloud.call({ caller, service, operation, input });
  const events = as(administrator, "events");
  const sqs = as(administrator, "sqs");

  await events("CreateEventBus", { Name: "Bus" });
  for (const QueueName of ["Views", "Dead"]) await sqs("CreateQueue", { QueueName });
  const rule = async (targets: object[], pattern: object = { source: ["acme"] }, more = {}) => {
    const EventPattern = JSON.stringify(pattern);
    await events("PutRule", { Name: "Placed", EventBusName: "Bus", EventPattern, ...more });
    return events("PutTargets", { Rule: "Placed", EventBusName: "Bus", Targets: targets });
  };
  const entry = (detail: object = {}, more = {}) => ({
    EventBusName: "Bus",
    Source: "acme",
    DetailType: "Placed",
    Detail: JSON.stringify(detail),
    ...more,
  });
  const put = (...Entries: object[]) => events("PutEvents", { Entries });
  const drain = async (queue: string) => {
    const { Messages = [] } = await sqs("ReceiveMessage", {
      QueueUrl: queueArn(queue),
      MaxNumberOfMessages: 10,
      VisibilityTimeout: 600,
      MessageAttributeNames: ["All"],
    });
    // biome-ignore lint/suspicious/noExplicitAny: the wire's shape
    return Messages as any[];
  };
  const bodies = async (queue: string) => (await drain(queue)).map(({ Body }) => JSON.parse(Body));
  return {
    clock,
    calls,
    facts,
    cloud,
    events,
    rule,
    entry,
    put,
    drain,
    bodies,
    failing: (how: (call: Call) => void) => {
      refuse = how;
    },
  };
};

const views = { Id: "views", Arn: queueArn("Views") };

describe("PutEvents", () => {
  it("brings the event, in AWS's shape, to the targets of the rules that match", async () => {
    const { clock, rule, put, entry, bodies, facts } = await start();
    await rule([views], { source: ["acme"], detail: { total: [{ numeric: [">", 1] }] } });
    const { Entries, FailedEntryCount } = await put(
      entry({ total: 2 }, { Resources: ["r"], Time: 1_767_225_600.5 }),
      entry({ total: 1 }),
    );
    expect(FailedEntryCount).toBe(0);
    await clock.advance(1);
    const received = await bodies("Views");
    expect(received).toEqual([
      {
        version: "0",
        id: Entries[0].EventId,
        "detail-type": "Placed",
        source: "acme",
        account: "123456789012",
        time: "2026-01-01T00:00:00Z",
        region: "us-east-1",
        resources: ["r"],
        detail: { total: 2 },
      },
    ]);
    expect(facts).toContainEqual(
      expect.objectContaining({
        kind: "events.delivered",
        rule: "Placed",
        target: queueArn("Views"),
        eventId: Entries[0].EventId,
        retries: 0,
      }),
    );
  });

  it("refuses single entries while the call succeeds", async () => {
    const { put, entry } = await start();
    const { Entries, FailedEntryCount } = await put(
      entry(),
      entry({}, { Source: undefined }),
      entry({}, { DetailType: "" }),
      entry({}, { Detail: undefined }),
      entry({}, { Detail: '"text"' }),
      entry({}, { Source: "aws.states" }),
    );
    expect(FailedEntryCount).toBe(5);
    const required = (name: string) => ({
      ErrorCode: "InvalidArgument",
      ErrorMessage: `Parameter ${name} is not valid. Reason: ${name} is a required argument.`,
    });
    expect(Entries).toEqual([
      { EventId: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4/) },
      required("Source"),
      required("DetailType"),
      required("Detail"),
      { ErrorCode: "MalformedDetail", ErrorMessage: "Detail is malformed." },
      {
        ErrorCode: "NotAuthorizedForSourceException",
        ErrorMessage: "Not authorized for the source.",
      },
    ]);
  });

  it("takes events of AWS's own sources from AWS's services", async () => {
    const { cloud, clock, rule, entry, bodies } = await start();
    await rule([views], { source: ["aws.states"] });
    await cloud.call({
      caller: { name: "machine FulfilOrder", role: "states.amazonaws.com" },
      service: "events",
      operation: "PutEvents",
      input: { Entries: [entry({ status: "FAILED" }, { Source: "aws.states" })] },
    });
    await clock.advance(1);
    expect(await bodies("Views")).toMatchObject([{ detail: { status: "FAILED" } }]);
  });

  it("is refused as a whole with more than ten entries or 1 MiB", async () => {
    const { put, entry } = await start();
    await expect(put(...Array.from({ length: 11 }, () => entry()))).rejects.toMatchObject({
      code: "ValidationException",
    });
    await expect(put(entry({ text: "x".repeat(1_048_576) }))).rejects.toThrow(
      "Total size of the entries in the request is over the limit.",
    );
  });

  it("forgets events for a bus that does not exist, as AWS does, and notes it", async () => {
    const { put, entry, facts } = await start();
    expect(await put(entry({}, { EventBusName: "Nowhere" }))).toMatchObject({
      FailedEntryCount: 0,
    });
    expect(facts).toContainEqual(
      expect.objectContaining({ kind: "events.dropped", bus: "Nowhere" }),
    );
  });
});

describe("targets", () => {
  it("are called under the rule's name and role, each as its service wants it", async () => {
    const { clock, rule, put, entry, calls } = await start();
    await rule([
      { Id: "function", Arn: functionArn },
      { Id: "machine", Arn: machineArn, RoleArn: "arn:aws:iam::123456789012:role/Start" },
    ]);
    const { Entries } = await put(entry({ thingId: "thg_1" }));
    await clock.advance(1);
    const event = expect.objectContaining({ id: Entries[0].EventId, detail: { thingId: "thg_1" } });
    const [invoke] = calls.filter(({ service }) => service === "lambda");
    expect(invoke).toMatchObject({
      caller: { name: "rule Placed", role: "events.amazonaws.com" },
      operation: "Invoke",
      input: { FunctionName: functionArn, InvocationType: "Event" },
    });
    expect(JSON.parse(Buffer.from(invoke?.input.Payload, "base64").toString())).toEqual(event);
    const [execution] = calls.filter(({ service }) => service === "states");
    expect(execution).toMatchObject({
      caller: { name: "rule Placed", role: "arn:aws:iam::123456789012:role/Start" },
      operation: "StartExecution",
      input: { stateMachineArn: machineArn },
    });
    expect(JSON.parse(execution?.input.input)).toEqual(event);
  });

  it("may be another bus, which gets the event under its own id", async () => {
    const { clock, events, rule, put, entry, bodies } = await start();
    await events("CreateEventBus", { Name: "Other" });
    await events("PutRule", {
      Name: "All",
      EventBusName: "Other",
      EventPattern: JSON.stringify({ account: ["123456789012"] }),
    });
    await events("PutTargets", { Rule: "All", EventBusName: "Other", Targets: [views] });
    await rule([{ Id: "bus", Arn: busArn("Other"), RoleArn: "arn:aws:iam::1:role/Forward" }]);
    const { Entries } = await put(entry());
    await clock.advance(1);
    expect(await bodies("Views")).toMatchObject([{ id: Entries[0].EventId, source: "acme" }]);
  });

  const transformer = (InputTemplate: string, InputPathsMap = {}) => ({
    InputTransformer: { InputTemplate, InputPathsMap },
  });
  const paths = {
    id: "$.detail.id",
    lines: "$.detail['lines']",
    first: "$.detail.lines[0]",
    no: "$.no",
  };
  it.each([
    [{ Input: '{"constant":1}' }, '{"constant":1}'],
    [{ InputPath: "$.detail" }, '{"id":"thg_1","lines":["a","b"]}'],
    [{ InputPath: "$.detail.id" }, '"thg_1"'],
    [
      transformer(
        '{"order": <id>, "lines": <lines>, "path": "things/<id>/<first>", "none": <no>}',
        paths,
      ),
      '{"order": "thg_1", "lines": ["a","b"], "path": "things/thg_1/a", "none": ""}',
    ],
    [transformer('"Order <id> of <lines>"', paths), '"Order thg_1 of [a,b]"'],
    [transformer('"<aws.events.rule-name> <aws.events.rule-arn>"'), `"Placed ${ruleArn}"`],
  ])("get the input %j", async (input, expected) => {
    const { clock, rule, put, entry, drain } = await start();
    await rule([{ ...views, ...input }]);
    await put(entry({ id: "thg_1", lines: ["a", "b"] }));
    await clock.advance(1);
    expect((await drain("Views")).map(({ Body }) => Body)).toEqual([expected]);
  });

  it.each([
    ["an unknown placeholder", transformer('"<nothing>"'), /contains invalid placeholder nothing/],
    ["two inputs", { Input: "{}", InputPath: "$" }, /Only one of Input, InputPath/],
    [
      "a template that is neither object nor text",
      transformer("plain <aws.events.rule-name>"),
      /Invalid InputTemplate/,
    ],
    ["an Input that is no JSON", { Input: "x" }, /JSON syntax error/],
    ["a bad id", { Id: "!" }, /regular expression pattern/],
    ["a machine without a role", { Arn: machineArn }, /RoleArn is required/],
    ["a service that is not emulated", { Arn: `arn:aws:kinesis:${base}:stream/x` }, /kinesis/],
    ["a parameter that is not emulated", { EcsParameters: {} }, /EcsParameters/],
    ["too many retries", { RetryPolicy: { MaximumRetryAttempts: 186 } }, /RetryPolicy/],
  ])("are refused with %s", async (_, target, message) => {
    const { rule } = await start();
    await expect(rule([{ ...views, ...target }])).rejects.toThrow(message);
  });

  it("get nothing from a rule that is disabled", async () => {
    const { clock, events, rule, put, entry, bodies } = await start();
    await rule([views]);
    await events("DisableRule", { Name: "Placed", EventBusName: "Bus" });
    await put(entry({ n: 1 }));
    await events("EnableRule", { Name: "Placed", EventBusName: "Bus" });
    await put(entry({ n: 2 }));
    await clock.advance(1);
    expect(await bodies("Views")).toMatchObject([{ detail: { n: 2 } }]);
  });
});

describe("a delivery that fails", () => {
  const deadLetters = { DeadLetterConfig: { Arn: queueArn("Dead") } };
  const toViews = (error: () => Error) => (call: Call) => {
    if (call.input.QueueUrl === queueArn("Views")) throw error();
  };
  const down = toViews(() => new AwsError("InternalFailure", "Down.", 500));

  it("is tried again, later and later, until it succeeds", async () => {
    const { clock, rule, put, entry, bodies, failing, facts } = await start();
    await rule([{ ...views, ...deadLetters }]);
    failing(down);
    await put(entry());
    await clock.advance(hour);
    failing(() => {});
    await clock.advance(hour);
    expect(await bodies("Views")).toHaveLength(1);
    expect(await bodies("Dead")).toHaveLength(0);
    const waits = facts.filter(({ kind }) => kind === "events.retry").map((f) => Number(f.inMs));
    expect(waits.length).toBeGreaterThan(10);
    for (const [i, wait] of waits.slice(0, 8).entries()) {
      expect(wait).toBeGreaterThanOrEqual(900 * 2 ** i);
      expect(wait).toBeLessThan(1100 * 2 ** i);
    }
  });

  it("ends in the dead-letter queue with AWS's attributes when its attempts are used up", async () => {
    const { clock, rule, put, entry, drain, failing, facts } = await start();
    await rule([{ ...views, ...deadLetters, RetryPolicy: { MaximumRetryAttempts: 2 } }]);
    failing(down);
    const { Entries } = await put(entry({ n: 1 }));
    await clock.advance(hour);
    const [letter, ...more] = await drain("Dead");
    expect(more).toEqual([]);
    expect(JSON.parse(letter.Body)).toMatchObject({ id: Entries[0].EventId, detail: { n: 1 } });
    const text = (StringValue: string) => ({ DataType: "String", StringValue });
    expect(letter.MessageAttributes).toEqual({
      RULE_ARN: text(ruleArn),
      TARGET_ARN: text(queueArn("Views")),
      ERROR_CODE: text("ERROR_FROM_TARGET"),
      ERROR_MESSAGE: text("Down."),
      RETRY_ATTEMPTS: text("2"),
      EXHAUSTED_RETRY_CONDITION: text("MaximumRetryAttempts"),
    });
    expect(facts).toContainEqual(
      expect.objectContaining({
        kind: "events.deadletter",
        eventId: Entries[0].EventId,
        deadLetterQueue: queueArn("Dead"),
        messageId: letter.MessageId,
      }),
    );
  });

  it("ends there when the event is too old", async () => {
    const { clock, rule, put, entry, drain, failing } = await start();
    await rule([{ ...views, ...deadLetters, RetryPolicy: { MaximumEventAgeInSeconds: 60 } }]);
    failing(down);
    await put(entry());
    await clock.advance(60_000);
    const [letter] = await drain("Dead");
    expect(letter.MessageAttributes.EXHAUSTED_RETRY_CONDITION.StringValue).toBe(
      "MaximumEventAgeInSeconds",
    );
  });

  it("is given up by default after 24 hours and at most 185 attempts", async () => {
    const { clock, rule, put, entry, drain, failing, facts } = await start();
    await rule([{ ...views, ...deadLetters }]);
    failing(down);
    await put(entry());
    await clock.advance(20 * hour);
    expect(await drain("Dead")).toHaveLength(0);
    await clock.advance(4 * hour);
    expect(await drain("Dead")).toHaveLength(1);
    const retries = facts.filter(({ kind }) => kind === "events.retry").length;
    expect(retries).toBeGreaterThan(170);
    expect(retries).toBeLessThanOrEqual(185);
  });

  it.each([
    ["NO_PERMISSIONS", "AccessDeniedException"],
    ["NO_RESOURCE", "QueueDoesNotExist"],
    ["SDK_CLIENT_ERROR", "InvalidParameterValue"],
  ])("goes there at once with %s for %s", async (code, error) => {
    const { clock, rule, put, entry, drain, failing } = await start();
    await rule([{ ...views, ...deadLetters }]);
    failing(toViews(() => new AwsError(error, "No.")));
    await put(entry());
    await clock.advance(1);
    const [letter] = await drain("Dead");
    expect(letter.MessageAttributes.ERROR_CODE.StringValue).toBe(code);
    expect(letter.MessageAttributes.RETRY_ATTEMPTS.StringValue).toBe("0");
    expect(letter.MessageAttributes).not.toHaveProperty("EXHAUSTED_RETRY_CONDITION");
  });

  it("is tried again when the call was lost, and when the target throttled", async () => {
    const { clock, rule, put, entry, bodies, failing } = await start();
    await rule([{ ...views, ...deadLetters }]);
    const errors = [new Error("socket hang up"), new AwsError("ThrottlingException", "Slow down.")];
    failing(
      toViews(() => {
        const error = errors.shift();
        if (!error) failing(() => {});
        return error ?? new Error("the last one");
      }),
    );
    await put(entry());
    await clock.advance(60_000);
    expect(await bodies("Views")).toHaveLength(1);
  });

  it("is dropped without a dead-letter queue, and a note says so", async () => {
    const { clock, rule, put, entry, failing, facts } = await start();
    await rule([views]);
    failing(toViews(() => new AwsError("AccessDenied", "No.", 403)));
    await put(entry());
    await clock.advance(1);
    expect(facts).toContainEqual(
      expect.objectContaining({ kind: "events.dropped", code: "NO_PERMISSIONS" }),
    );
  });

  it("reaches the dead-letter queue although the first call to that is lost", async () => {
    const { clock, rule, put, entry, drain, failing } = await start();
    await rule([{ ...views, ...deadLetters }]);
    let lost = 0;
    failing((call) => {
      if (call.input.QueueUrl === queueArn("Views")) throw new AwsError("AccessDenied", "No.", 403);
      if (lost++ === 0) throw new Error("socket hang up");
    });
    await put(entry());
    await clock.advance(2_000);
    expect(await drain("Dead")).toHaveLength(1);
  });
});

describe("buses and rules", () => {
  it("the default bus is there and stays", async () => {
    const { events } = await start();
    expect(await events("ListEventBuses", {})).toMatchObject({
      EventBuses: [{ Name: "default" }, { Name: "Bus", Arn: busArn("Bus") }],
    });
    await expect(events("DeleteEventBus", { Name: "default" })).rejects.toThrow(
      "Cannot delete event bus default.",
    );
    await expect(events("CreateEventBus", { Name: "Bus" })).rejects.toMatchObject({
      code: "ResourceAlreadyExistsException",
    });
    await expect(events("DescribeEventBus", { Name: "Nowhere" })).rejects.toThrow(
      "Event bus Nowhere does not exist.",
    );
  });

  it("a rule is described, found by its target, and deleted when it has none", async () => {
    const { events, rule } = await start();
    await rule([views]);
    const of = { Name: "Placed", EventBusName: "Bus" };
    expect(await events("DescribeRule", of)).toEqual({
      Name: "Placed",
      Arn: ruleArn,
      EventPattern: '{"source":["acme"]}',
      State: "ENABLED",
      EventBusName: "Bus",
    });
    expect(
      await events("ListRuleNamesByTarget", { TargetArn: views.Arn, EventBusName: "Bus" }),
    ).toEqual({ RuleNames: ["Placed"] });
    await expect(events("DeleteRule", of)).rejects.toThrow(
      "Rule can't be deleted since it has targets.",
    );
    await rule([{ ...views, InputPath: "$.detail" }]);
    expect(await events("ListTargetsByRule", { Rule: "Placed", EventBusName: "Bus" })).toEqual({
      Targets: [{ ...views, InputPath: "$.detail" }],
    });
    await events("RemoveTargets", { Rule: "Placed", EventBusName: "Bus", Ids: ["views"] });
    await events("DeleteRule", of);
    await expect(events("DescribeRule", of)).rejects.toThrow(
      "Rule Placed does not exist on EventBus Bus.",
    );
  });

  it("a rule is refused with a bad pattern, and by name with a schedule", async () => {
    const { events, rule } = await start();
    await expect(rule([views], { source: "acme" })).rejects.toMatchObject({
      code: "InvalidEventPatternException",
    });
    await expect(
      events("PutRule", { Name: "Tick", ScheduleExpression: "rate(1 minute)" }),
    ).rejects.toThrow(/ScheduleExpression/);
  });

  it("every list is answered page by page", async () => {
    const { events, rule } = await start();
    const Targets = ["x", "y", "z"].map((Id) => ({ ...views, Id }));
    await rule(Targets);
    for (const name of ["A", "B"]) {
      await events("CreateEventBus", { Name: name });
      await events("CreateArchive", { ArchiveName: name, EventSourceArn: busArn("Bus") });
      await events("StartReplay", {
        ReplayName: name,
        EventSourceArn: `arn:aws:events:${base}:archive/A`,
        EventStartTime: 1,
        EventEndTime: 2,
        Destination: { Arn: busArn("Bus") },
      });
      const Rule = { Name: name, EventBusName: "Bus", EventPattern: '{"source":["a"]}' };
      await events("PutRule", Rule);
      await events("PutTargets", { Rule: name, EventBusName: "Bus", Targets: [views] });
    }
    const pages = async (operation: string, list: string, input: object = {}) => {
      const found: unknown[][] = [];
      for (let NextToken: string | undefined; ; ) {
        const answer = await events(operation, { ...input, Limit: 2, NextToken });
        found.push(
          answer[list].map(
            // biome-ignore lint/suspicious/noExplicitAny: the wire's shape
            (one: any) => one.Name ?? one.ArchiveName ?? one.ReplayName ?? one.Id ?? one,
          ),
        );
        NextToken = answer.NextToken;
        if (!NextToken) return found;
      }
    };
    const EventBusName = "Bus";
    expect(await pages("ListEventBuses", "EventBuses")).toEqual([
      ["default", "Bus"],
      ["A", "B"],
    ]);
    expect(await pages("ListRules", "Rules", { EventBusName })).toEqual([["Placed", "A"], ["B"]]);
    expect(await pages("ListTargetsByRule", "Targets", { EventBusName, Rule: "Placed" })).toEqual([
      ["x", "y"],
      ["z"],
    ]);
    expect(
      await pages("ListRuleNamesByTarget", "RuleNames", { EventBusName, TargetArn: views.Arn }),
    ).toEqual([["Placed", "A"], ["B"]]);
    expect(await pages("ListArchives", "Archives")).toEqual([["A", "B"]]);
    expect(await pages("ListReplays", "Replays")).toEqual([["A", "B"]]);
    await expect(events("ListRules", { EventBusName, Limit: 101 })).rejects.toMatchObject({
      code: "ValidationException",
    });
    await expect(events("ListRules", { EventBusName, NextToken: "!" })).rejects.toThrow(
      "NextToken",
    );
  });

  it("rules of one name on two buses have their own targets", async () => {
    const { cloud, clock, events, rule, entry, bodies } = await start();
    await rule([views]);
    await events("CreateEventBus", { Name: "Other" });
    const of = { Name: "Placed", EventBusName: "Other" };
    await events("PutRule", { ...of, EventPattern: '{"source":["acme"]}' });
    expect(await events("ListTargetsByRule", { Rule: "Placed", EventBusName: "Other" })).toEqual({
      Targets: [],
    });
    await cloud.call({
      caller: administrator,
      service: "events",
      operation: "PutEvents",
      input: { Entries: [entry({}, { EventBusName: "Other" })] },
    });
    await clock.advance(1);
    expect(await bodies("Views")).toEqual([]);
    await events("DeleteRule", of);
    expect(await events("DescribeRule", { Name: "Placed", EventBusName: "Bus" })).toMatchObject({
      Arn: ruleArn,
    });
  });

  it("rules and buses have tags, as long as they are there", async () => {
    const { events, rule } = await start();
    await rule([views]);
    const Tags = [{ Key: "team", Value: "things" }];
    for (const ResourceARN of [ruleArn, busArn("Bus")]) {
      await events("TagResource", { ResourceARN, Tags });
      expect(await events("ListTagsForResource", { ResourceARN })).toEqual({ Tags });
      await events("UntagResource", { ResourceARN, TagKeys: ["team"] });
      expect(await events("ListTagsForResource", { ResourceARN })).toEqual({ Tags: [] });
    }
    await events("RemoveTargets", { Rule: "Placed", EventBusName: "Bus", Ids: ["views"] });
    await events("DeleteRule", { Name: "Placed", EventBusName: "Bus" });
    await expect(events("TagResource", { ResourceARN: ruleArn, Tags })).rejects.toMatchObject({
      code: "ResourceNotFoundException",
    });
  });

  it("a pattern is tested against an event", async () => {
    const { events } = await start();
    const Event = JSON.stringify({
      id: "1",
      account: "1",
      source: "acme",
      time: "2026-01-01T00:00:00Z",
      region: "us-east-1",
      resources: [],
      "detail-type": "Placed",
    });
    const test = (pattern: object) =>
      events("TestEventPattern", { EventPattern: JSON.stringify(pattern), Event });
    expect(await test({ source: ["acme"] })).toEqual({ Result: true });
    expect(await test({ source: ["other"] })).toEqual({ Result: false });
    await expect(test({ source: "acme" })).rejects.toThrow(
      'Event pattern is not valid. Reason: "source" must be an object or an array',
    );
    await expect(
      events("TestEventPattern", {
        EventPattern: '{"source":["acme"]}',
        Event: '{"source":"acme"}',
      }),
    ).rejects.toThrow("Parameter Event is not valid.");
  });

  it("permissions are kept as a policy", async () => {
    const { events } = await start();
    await events("PutPermission", {
      EventBusName: "Bus",
      StatementId: "friend",
      Action: "events:PutEvents",
      Principal: "210987654321",
    });
    const { Policy } = await events("DescribeEventBus", { Name: "Bus" });
    expect(JSON.parse(Policy).Statement).toMatchObject([
      { Sid: "friend", Principal: { AWS: "arn:aws:iam::210987654321:root" } },
    ]);
    await events("RemovePermission", { EventBusName: "Bus", StatementId: "friend" });
    expect(await events("DescribeEventBus", { Name: "Bus" })).not.toHaveProperty("Policy");
  });
});

describe("an archive", () => {
  const archived = async () => {
    const cloud = await start();
    await cloud.events("CreateArchive", { ArchiveName: "All", EventSourceArn: busArn("Bus") });
    await cloud.rule([views]);
    return cloud;
  };
  const replay = (more = {}) => ({
    ReplayName: "again",
    EventSourceArn: `arn:aws:events:${base}:archive/All`,
    EventStartTime: Date.UTC(2026, 0, 1) / 1000,
    EventEndTime: Date.UTC(2026, 0, 2) / 1000,
    Destination: { Arn: busArn("Bus") },
    ...more,
  });

  it("keeps what its bus took and its pattern wants", async () => {
    const { events, put, entry } = await archived();
    await events("CreateArchive", {
      ArchiveName: "Some",
      EventSourceArn: busArn("Bus"),
      EventPattern: JSON.stringify({ detail: { n: [1] } }),
      RetentionDays: 7,
    });
    await put(entry({ n: 1 }), entry({ n: 2 }), entry({ n: 1 }, { EventBusName: "default" }));
    expect(await events("ListArchives", {})).toMatchObject({
      Archives: [
        { ArchiveName: "All", EventCount: 2, RetentionDays: 0, State: "ENABLED" },
        { ArchiveName: "Some", EventCount: 1, RetentionDays: 7 },
      ],
    });
  });

  it("forgets events after its retention", async () => {
    const { clock, events, put, entry } = await archived();
    await events("UpdateArchive", { ArchiveName: "All", RetentionDays: 1 });
    await put(entry());
    await clock.advance(25 * hour);
    expect(await events("DescribeArchive", { ArchiveName: "All" })).toMatchObject({
      EventCount: 0,
      SizeBytes: 0,
    });
  });

  it("is replayed in order: same ids, with the replay's name, and not archived again", async () => {
    const { clock, events, put, entry, bodies } = await archived();
    await put(entry({ n: 1 }));
    await clock.advance(60_000);
    await put(entry({ n: 2 }), entry({ n: 3 }));
    await clock.advance(1_000);
    const first = await bodies("Views");
    expect(await events("StartReplay", replay())).toMatchObject({ State: "STARTING" });
    await clock.advance(1_000);
    const second = await bodies("Views");
    const inOrder = second.toSorted((a, b) => a.detail.n - b.detail.n);
    expect(inOrder).toEqual(
      first
        .toSorted((a, b) => a.detail.n - b.detail.n)
        .map((event) => ({ ...event, "replay-name": "again" })),
    );
    expect(await events("DescribeArchive", { ArchiveName: "All" })).toMatchObject({
      EventCount: 3,
    });
    expect(await events("DescribeReplay", { ReplayName: "again" })).toMatchObject({
      State: "COMPLETED",
      EventLastReplayedTime: Date.UTC(2026, 0, 1, 0, 1) / 1000,
    });
  });

  it("is replayed for a span of time, to chosen rules", async () => {
    const { clock, events, put, entry, bodies } = await archived();
    await put(entry({ n: 1 }));
    await clock.advance(60_000);
    await put(entry({ n: 2 }));
    await clock.advance(1_000);
    await bodies("Views");
    const span = { EventStartTime: Date.UTC(2026, 0, 1, 0, 1) / 1000 };
    const Destination = { Arn: busArn("Bus"), FilterArns: [`${ruleArn}Other`] };
    await events("StartReplay", replay({ ...span, ReplayName: "none", Destination }));
    await clock.advance(1_000);
    expect(await bodies("Views")).toEqual([]);
    await events(
      "StartReplay",
      replay({ ...span, Destination: { ...Destination, FilterArns: [ruleArn] } }),
    );
    await clock.advance(1_000);
    expect(await bodies("Views")).toMatchObject([{ detail: { n: 2 }, "replay-name": "again" }]);
  });

  it("stops being replayed when the replay is cancelled", async () => {
    const { clock, events, put, entry, bodies } = await archived();
    await put(entry(), entry());
    await clock.advance(1_000);
    await bodies("Views");
    await events("StartReplay", replay());
    await events("CancelReplay", { ReplayName: "again" });
    await clock.advance(1_000);
    expect(await bodies("Views")).toEqual([]);
    expect(await events("ListReplays", { State: "CANCELLED" })).toMatchObject({
      Replays: [{ ReplayName: "again" }],
    });
  });

  it("is not replayed to another bus, backwards, or from nothing", async () => {
    const { events } = await archived();
    const starts = (more: object) => events("StartReplay", replay(more));
    await expect(starts({ Destination: { Arn: busArn("default") } })).rejects.toThrow(
      /Cross event bus replay is not permitted/,
    );
    await expect(starts({ EventEndTime: 0 })).rejects.toThrow(/must be before EventEndTime/);
    await expect(
      starts({ EventSourceArn: `arn:aws:events:${base}:archive/Nothing` }),
    ).rejects.toThrow(/Archive Nothing does not exist/);
  });
});

describe("whatever goes wrong", () => {
  /** Ten events, two targets; calls are lost, answers are lost, targets throttle and refuse, by chance. */
  const storm = async (seed: number) => {
    const { clock, rule, put, entry, cloud, facts } = await start(seed);
    const hurt = { DeadLetterConfig: { Arn: queueArn("Dead") } };
    await rule([
      { ...views, ...hurt },
      { ...views, ...hurt, Id: "again", RetryPolicy: { MaximumRetryAttempts: 3 } },
    ]);
    const calm = clock.now() + hour;
    cloud.guard(async (call, next) => {
      if (call.caller.name === "administrator" || clock.now() > calm) return next(call);
      const fate = clock.random();
      if (fate < 0.4) throw new Error("request lost");
      if (fate < 0.5) throw new AwsError("ThrottlingException", "Slow down.");
      if (fate < 0.55 && call.input.QueueUrl === queueArn("Views"))
        throw new AwsError("AccessDenied", "No.", 403);
      const answer = await next(call);
      if (fate > 0.8) throw new Error("answer lost");
      return answer;
    });
    const { Entries } = await put(...Array.from({ length: 10 }, (_, n) => entry({ n })));
    await clock.advance(25 * hour);
    return { ids: Entries.map(({ EventId }: { EventId: string }) => EventId), facts };
  };
  const ended = ["events.delivered", "events.deadletter", "events.dropped"];

  it("every event reaches every target or its dead letters, or a note says that it was dropped", async () => {
    for (let seed = 1; seed <= 30; seed++) {
      const { ids, facts } = await storm(seed);
      const ends = facts
        .filter(({ kind }) => ended.includes(kind))
        .map(({ eventId, targetId }) => `${eventId} ${targetId}`);
      const expected = ids.flatMap((id: string) => [`${id} again`, `${id} views`]);
      expect(ends.toSorted()).toEqual(expected.toSorted());
    }
  });

  it("the same seed gives the same story", async () => {
    expect((await storm(7)).facts).toEqual((await storm(7)).facts);
    expect((await storm(7)).facts).not.toEqual((await storm(8)).facts);
  });
});
