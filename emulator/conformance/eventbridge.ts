import { deepEqual, equal, match, ok } from "node:assert/strict";
import {
  CreateArchiveCommand,
  CreateEventBusCommand,
  DeleteArchiveCommand,
  DeleteEventBusCommand,
  DeleteRuleCommand,
  DescribeReplayCommand,
  DescribeRuleCommand,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
  StartReplayCommand,
  type Target,
  TestEventPatternCommand,
} from "@aws-sdk/client-eventbridge";
import { SetQueueAttributesCommand } from "@aws-sdk/client-sqs";
import { claimsOf, refused } from "./claim.ts";
import type { Lab } from "./lab.ts";
import { createQueue } from "./sqs.ts";

const guide = "https://docs.aws.amazon.com/eventbridge/latest/userguide";
const api = "https://docs.aws.amazon.com/eventbridge/latest/APIReference";
const operators = `${guide}/eb-create-pattern-operators.html`;

const busOf = (lab: Lab) =>
  lab.once("bus", async () => {
    const Name = lab.unique("bus");
    const { EventBusArn = "" } = await lab.events.send(new CreateEventBusCommand({ Name }));
    lab.later(() => lab.events.send(new DeleteEventBusCommand({ Name })));
    return { Name, EventBusArn };
  });

/** Puts one event on the bus of this run, under a detail type that no other claim has. */
const publisher = async (lab: Lab) => {
  const { Name: EventBusName, EventBusArn } = await busOf(lab);
  const DetailType = lab.unique("type");
  const put = async (detail: object = {}) => {
    const Entries = [
      { EventBusName, Source: "conformance", DetailType, Detail: JSON.stringify(detail) },
    ];
    const answer = await lab.events.send(new PutEventsCommand({ Entries }));
    return answer.Entries?.[0]?.EventId;
  };
  return { EventBusName, EventBusArn, DetailType, put };
};

/** A rule for the publisher's events with a queue as its target. */
const subscribe = async (
  lab: Lab,
  { target = {}, allowed = true }: { target?: Partial<Target>; allowed?: boolean } = {},
) => {
  const events = await publisher(lab);
  const { EventBusName, DetailType } = events;
  const [queue, dead] = [await createQueue(lab), await createQueue(lab)];
  const Rule = lab.unique("rule");
  const { RuleArn } = await lab.events.send(
    new PutRuleCommand({
      Name: Rule,
      EventBusName,
      EventPattern: JSON.stringify({ "detail-type": [DetailType] }),
    }),
  );
  lab.later(async () => {
    await lab.events.send(new RemoveTargetsCommand({ Rule, EventBusName, Ids: ["queue"] }));
    await lab.events.send(new DeleteRuleCommand({ Name: Rule, EventBusName }));
  });
  for (const { QueueUrl, arn } of allowed ? [queue, dead] : [dead]) {
    const Policy = JSON.stringify({
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Principal: { Service: "events.amazonaws.com" },
          Action: "sqs:SendMessage",
          Resource: arn,
          Condition: { ArnEquals: { "aws:SourceArn": RuleArn } },
        },
      ],
    });
    await lab.sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy } }));
  }
  const DeadLetterConfig = { Arn: dead.arn };
  await lab.events.send(
    new PutTargetsCommand({
      Rule,
      EventBusName,
      Targets: [{ Id: "queue", Arn: queue.arn, DeadLetterConfig, ...target }],
    }),
  );
  return { ...events, queue, dead, RuleArn };
};

/** Publishes until something arrives: a new rule takes its time on AWS. */
const publishUntil = async (
  lab: Lab,
  put: () => Promise<string | undefined>,
  { receive }: Awaited<ReturnType<typeof createQueue>>,
) =>
  lab.eventually(async () => {
    const id = await put();
    const [message] = await receive();
    return message && { id, message, body: message.Body ?? "" };
  }, 60);

const fits = async (lab: Lab, pattern: object, event: object) => {
  const Event = {
    id: "1",
    "detail-type": "Placed",
    source: "acme",
    account: "123456789012",
    time: "2026-01-01T00:00:00Z",
    region: "us-east-1",
    resources: [],
    detail: {},
    ...event,
  };
  const test = new TestEventPatternCommand({
    EventPattern: JSON.stringify(pattern),
    Event: JSON.stringify(Event),
  });
  return (await lab.events.send(test)).Result;
};

/** A claim about one operator: it matches these values of `detail.x`, and not those. */
const operator = (
  name: string,
  claim: string,
  pattern: unknown,
  { yes, no }: { yes: unknown[]; no: unknown[] },
  doc = operators,
) => ({
  name: `pattern-${name}`,
  claim,
  doc,
  async run(lab: Lab) {
    const matches = (values: unknown[]) =>
      Promise.all(values.map((x) => fits(lab, { detail: { x: pattern } }, { detail: { x } })));
    deepEqual(
      await matches(yes),
      yes.map(() => true),
    );
    deepEqual(
      await matches(no),
      no.map(() => false),
    );
  },
});

/** What EventBridge documents, of buses, rules and targets. */
export const eventBridgeClaims = claimsOf("eventbridge", [
  {
    name: "put-10",
    claim: "PutEvents takes at most 10 entries",
    doc: `${api}/API_PutEvents.html`,
    async run(lab) {
      const entry = { Source: "conformance", DetailType: "many", Detail: "{}" };
      const put = new PutEventsCommand({ Entries: Array.from({ length: 11 }, () => entry) });
      await refused(lab.events.send(put), "ValidationException");
    },
  },
  {
    name: "put-partial",
    claim: "An entry of PutEvents fails alone: the call succeeds, FailedEntryCount tells",
    doc: `${guide}/eb-putevents.html`,
    async run(lab) {
      const { EventBusName } = await publisher(lab);
      const entry = (Detail: string) => ({
        EventBusName,
        Source: "conformance",
        DetailType: "partial",
        Detail,
      });
      const { FailedEntryCount, Entries = [] } = await lab.events.send(
        new PutEventsCommand({ Entries: [entry("{}"), entry("no JSON")] }),
      );
      equal(FailedEntryCount, 1);
      ok(Entries[0]?.EventId);
      equal(Entries[1]?.ErrorCode, "MalformedDetail");
    },
  },
  {
    name: "aws-source",
    claim: "Only AWS's services may put events whose source begins with aws.",
    doc: `${api}/API_PutEventsRequestEntry.html`,
    async run(lab) {
      const Entries = [{ Source: "aws.mine", DetailType: "x", Detail: "{}" }];
      const { Entries: [entry] = [] } = await lab.events.send(new PutEventsCommand({ Entries }));
      equal(entry?.ErrorCode, "NotAuthorizedForSourceException");
    },
  },
  {
    name: "delivery",
    claim: "A rule brings the whole event, in EventBridge's envelope, to its target",
    doc: `${guide}/eb-events-structure.html`,
    async run(lab) {
      const { put, queue, DetailType } = await subscribe(lab);
      const { id, body } = await publishUntil(lab, () => put({ animal: "parrot" }), queue);
      const { time, ...event } = JSON.parse(body);
      deepEqual(event, {
        version: "0",
        id,
        "detail-type": DetailType,
        source: "conformance",
        account: lab.account,
        region: lab.region,
        resources: [],
        detail: { animal: "parrot" },
      });
      match(time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    },
  },
  {
    name: "input-path",
    claim: "InputPath brings a part of the event to the target",
    doc: `${guide}/eb-transform-target-input.html`,
    async run(lab) {
      const { put, queue } = await subscribe(lab, { target: { InputPath: "$.detail" } });
      const { body } = await publishUntil(lab, () => put({ animal: "parrot" }), queue);
      deepEqual(JSON.parse(body), { animal: "parrot" });
    },
  },
  {
    name: "input-transformer",
    claim: "An input transformer fills a template with parts of the event",
    doc: `${guide}/eb-transform-target-input.html`,
    async run(lab) {
      const InputTransformer = {
        InputPathsMap: { animal: "$.detail.animal" },
        InputTemplate: '{"sold": <animal>, "by": "<aws.events.rule-arn>"}',
      };
      const { put, queue, RuleArn } = await subscribe(lab, { target: { InputTransformer } });
      const { body } = await publishUntil(lab, () => put({ animal: "parrot" }), queue);
      deepEqual(JSON.parse(body), { sold: "parrot", by: RuleArn });
    },
  },
  {
    name: "no-permission",
    claim:
      "A target that may not be called is not tried again: the event goes to the dead-letter queue",
    doc: `${guide}/eb-rule-dlq.html`,
    async run(lab) {
      const { put, dead, RuleArn } = await subscribe(lab, { allowed: false });
      const { message } = await publishUntil(lab, () => put(), dead);
      const { ERROR_CODE, RULE_ARN, RETRY_ATTEMPTS } = message.MessageAttributes ?? {};
      deepEqual(
        [ERROR_CODE, RULE_ARN].map((attribute) => attribute?.StringValue),
        ["NO_PERMISSIONS", RuleArn],
      );
      equal(RETRY_ATTEMPTS?.StringValue ?? "0", "0");
    },
  },
  {
    name: "replay",
    claim: "A replay sends the archive's events again, with their ids and the replay's name",
    doc: `${guide}/eb-replay-archived-event.html`,
    async run(lab) {
      const { put, queue, EventBusArn, DetailType, RuleArn } = await subscribe(lab);
      const ArchiveName = lab.unique("a").slice(-48);
      const { ArchiveArn } = await lab.events.send(
        new CreateArchiveCommand({
          ArchiveName,
          EventSourceArn: EventBusArn,
          EventPattern: JSON.stringify({ "detail-type": [DetailType] }),
        }),
      );
      lab.later(() => lab.events.send(new DeleteArchiveCommand({ ArchiveName })));
      const began = new Date(Date.now() - 60_000);
      const { id } = await publishUntil(lab, () => put(), queue);
      // AWS documents that an event may take up to ten minutes into the archive.
      const again = await lab.eventually(async () => {
        const ReplayName = lab.unique("r").slice(-64);
        await lab.events.send(
          new StartReplayCommand({
            ReplayName,
            EventSourceArn: ArchiveArn,
            EventStartTime: began,
            EventEndTime: new Date(),
            Destination: { Arn: EventBusArn, FilterArns: [RuleArn as string] },
          }),
        );
        await lab.eventually(async () => {
          const { State = "" } = await lab.events.send(new DescribeReplayCommand({ ReplayName }));
          return ["COMPLETED", "FAILED"].includes(State);
        }, 900);
        const [message] = await queue.receive();
        const event = message && JSON.parse(message.Body ?? "{}");
        return event?.["replay-name"] && { ReplayName, event };
      });
      equal(again.event.id, id);
      equal(again.event["replay-name"], again.ReplayName);
    },
  },
  {
    name: "bad-pattern",
    claim: "A pattern with an unknown operator, or a value that stands in no list, is refused",
    doc: `${guide}/eb-event-patterns.html`,
    async run(lab) {
      for (const pattern of [{ source: [{ prefx: "a" }] }, { source: "a" }])
        await refused(fits(lab, pattern, {}), "InvalidEventPatternException");
    },
  },
  {
    name: "pattern-and-or",
    claim: "Every field of a pattern must match; of the values in its list, one",
    doc: `${guide}/eb-event-patterns.html`,
    async run(lab) {
      const pattern = { source: ["acme", "bank"], detail: { state: ["sold"] } };
      deepEqual(
        await Promise.all([
          fits(lab, pattern, { detail: { state: "sold" } }),
          fits(lab, pattern, { detail: { state: "sold" }, source: "zoo" }),
          fits(lab, pattern, { detail: { state: "lost" } }),
          fits(lab, pattern, {}),
        ]),
        [true, false, false, false],
      );
    },
  },
  operator(
    "array",
    "A list in an event matches when one of its values does",
    ["a", "b"],
    { yes: [["x", "b"], "a"], no: [["x"], [], "x"] },
    `${guide}/eb-event-patterns-arrays.html`,
  ),
  operator(
    "null-empty",
    "null and the empty text are values of their own",
    [null, ""],
    { yes: [null, ""], no: [0, "null", "x"] },
    `${guide}/eb-event-patterns-null-values.html`,
  ),
  operator("prefix", "prefix", [{ prefix: "ab" }], { yes: ["ab", "abc"], no: ["xab", "AB", 1] }),
  operator(
    "prefix-ignore-case",
    "prefix with equals-ignore-case",
    [{ prefix: { "equals-ignore-case": "ab" } }],
    { yes: ["ABc", "abc"], no: ["xab"] },
  ),
  operator("suffix", "suffix", [{ suffix: ".png" }], { yes: ["a.png"], no: ["a.PNG", ".png.x"] }),
  operator("equals-ignore-case", "equals-ignore-case", [{ "equals-ignore-case": "Alice" }], {
    yes: ["alice", "ALICE"],
    no: ["alicia"],
  }),
  operator("wildcard", "wildcard: a * stands for any text", [{ wildcard: "a*c.*" }], {
    yes: ["ac.", "abbc.x"],
    no: ["bac.", "abd.c"],
  }),
  operator("anything-but", "anything-but with a list", [{ "anything-but": ["a", "b"] }], {
    yes: ["c", ["a", "c"]],
    no: ["a", "b"],
  }),
  operator(
    "anything-but-prefix",
    "anything-but with prefix",
    [{ "anything-but": { prefix: "a" } }],
    {
      yes: ["ba"],
      no: ["ab"],
    },
  ),
  operator(
    "anything-but-wildcard",
    "anything-but with wildcard",
    [{ "anything-but": { wildcard: "*/lib/*" } }],
    { yes: ["a/src/b"], no: ["a/lib/b"] },
  ),
  operator(
    "numeric",
    "numeric: equality, comparison and ranges",
    [{ numeric: ["=", 5] }, { numeric: [">", 10, "<=", 20] }],
    { yes: [5, 5.0, 10.5, 20], no: [10, 21, "15"] },
  ),
  operator("exists", "exists: false matches where the field is absent", [{ exists: false }], {
    yes: [undefined],
    no: ["", null, 0],
  }),
  operator("cidr", "cidr: addresses within a network", [{ cidr: "10.0.0.0/24" }], {
    yes: ["10.0.0.7", "10.0.0.255"],
    no: ["10.0.1.0", "example"],
  }),
  {
    name: "pattern-or",
    claim: "$or matches where one of several fields does",
    doc: `${operators}#eb-filtering-complex-example-or`,
    async run(lab) {
      const pattern = { detail: { $or: [{ a: [1] }, { b: [{ numeric: [">", 5] }] }] } };
      deepEqual(
        await Promise.all(
          [{ a: 1 }, { b: 6 }, { a: 2, b: 5 }].map((detail) => fits(lab, pattern, { detail })),
        ),
        [true, true, false],
      );
    },
  },
  {
    name: "test-pattern-event",
    claim:
      "TestEventPattern wants a whole event: id, account, source, time, region, resources, detail-type",
    doc: `${api}/API_TestEventPattern.html`,
    async run(lab) {
      const test = new TestEventPatternCommand({
        EventPattern: '{"source":["acme"]}',
        Event: '{"source":"acme"}',
      });
      await refused(lab.events.send(test), "ValidationException");
    },
  },
  {
    name: "no-rule",
    claim: "A rule that does not exist is named as such",
    doc: `${api}/API_DescribeRule.html`,
    async run(lab) {
      const describe = new DescribeRuleCommand({ Name: lab.unique("none") });
      await refused(lab.events.send(describe), "ResourceNotFoundException", /does not exist/);
    },
  },
  {
    name: "scheduled-rule",
    claim: "A rule may run on a schedule",
    doc: `${guide}/eb-create-rule-schedule.html`,
    locally: "Refused by name: AWS itself recommends EventBridge Scheduler, which is emulated.",
    async run(lab) {
      const Name = lab.unique("rule");
      await lab.events.send(new PutRuleCommand({ Name, ScheduleExpression: "rate(1 day)" }));
      lab.later(() => lab.events.send(new DeleteRuleCommand({ Name })));
    },
  },
]);
