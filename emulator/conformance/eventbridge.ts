import { deepEqual, equal, match, ok } from "node:assert/strict";
import {
  CreateArchiveCommand,
  CreateEventBusCommand,
  DeleteArchiveCommand,
  DeleteRuleCommand,
  DescribeReplayCommand,
  DescribeRuleCommand,
  PutEventsCommand,
  PutRuleCommand,
  StartReplayCommand,
} from "@aws-sdk/client-eventbridge";
import { claimsOf, refused } from "./claim.ts";
import { api, guide, publisher, publishUntil, subscribe } from "./eventbridge-lab.ts";
import { eventPatternClaims } from "./eventbridge-patterns.ts";

/** What EventBridge documents, of buses, rules and targets. */
const busClaims = claimsOf("eventbridge", [
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
    name: "detail-type-length",
    claim: "An entry whose DetailType is longer than 128 characters fails alone",
    doc: `${api}/API_PutEventsRequestEntry.html`,
    async run(lab) {
      const { EventBusName } = await publisher(lab);
      const Entries = [128, 129].map((length) => ({
        EventBusName,
        Source: "conformance",
        DetailType: "x".repeat(length),
        Detail: "{}",
      }));
      const answer = await lab.events.send(new PutEventsCommand({ Entries }));
      equal(answer.FailedEntryCount, 1);
      ok(answer.Entries?.[0]?.EventId);
      equal(answer.Entries?.[1]?.ErrorCode, "InvalidArgument");
    },
  },
  {
    name: "detail-depth",
    claim: "PutEvents reads JSON of up to 1,000 levels",
    doc: `${api}/API_PutEvents.html`,
    async run(lab) {
      const { EventBusName } = await publisher(lab);
      const Entries = [900, 1100].map((levels) => ({
        EventBusName,
        Source: "conformance",
        DetailType: "deep",
        Detail: `${'{"a":'.repeat(levels)}1${"}".repeat(levels)}`,
      }));
      const answer = await lab.events.send(new PutEventsCommand({ Entries }));
      ok(answer.Entries?.[0]?.EventId);
      equal(answer.FailedEntryCount, 1);
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
    name: "input-transformer-text",
    claim:
      "Within the quotes of a template that is a text, objects and lists stand without their own quotes",
    doc: `${guide}/eb-transform-target-input.html`,
    async run(lab) {
      const InputTransformer = {
        InputPathsMap: { all: "$.detail", list: "$.detail.list", none: "$.detail.none" },
        InputTemplate: '"<list> of <all>, <none>"',
      };
      const { put, queue } = await subscribe(lab, { target: { InputTransformer } });
      const { body } = await publishUntil(lab, () => put({ list: ["a", "b"] }), queue);
      equal(body, '"[a,b] of {list:[a,b]}, "');
    },
  },
  {
    name: "input-transformer-quoted",
    claim:
      "An object or a list within quotes of a JSON template makes no JSON: the event is not delivered, and goes to the dead-letter queue",
    doc: `${guide}/eb-transform-target-input.html`,
    async run(lab) {
      for (const [path, detail] of [
        ["$.detail.list", { list: ["a", "b"] }],
        ["$.detail.inner", { inner: { a: "b" } }],
      ] as const) {
        const InputTransformer = {
          InputPathsMap: { part: path },
          InputTemplate: '{"part": "<part>"}',
        };
        const { put, queue, dead } = await subscribe(lab, { target: { InputTransformer } });
        await publishUntil(lab, () => put(detail), dead);
        deepEqual(await queue.receive(), []);
      }
    },
  },
  {
    name: "input-transformer-event",
    claim:
      "<aws.events.event> is the event without its detail, its type under the name detailType; <aws.events.event.json> is all of it",
    doc: `${guide}/eb-transform-target-input.html#eb-transform-input-predefined`,
    async run(lab) {
      const InputTransformer = {
        InputTemplate:
          '{"event": <aws.events.event>, "all": <aws.events.event.json>, "rule": <aws.events.rule-name>, "at": <aws.events.event.ingestion-time>}',
      };
      const { put, queue, DetailType, RuleArn } = await subscribe(lab, {
        target: { InputTransformer },
      });
      const { id, body } = await publishUntil(lab, () => put({ n: 1 }), queue);
      const { event, all, rule, at } = JSON.parse(body);
      const { time: _, ...named } = event;
      deepEqual(named, {
        version: "0",
        id,
        detailType: DetailType,
        source: "conformance",
        account: lab.account,
        region: lab.region,
        resources: [],
      });
      deepEqual([all.id, all["detail-type"], all.detail], [id, DetailType, { n: 1 }]);
      equal(rule, RuleArn?.split("/").at(-1));
      match(at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/);
    },
  },
  {
    name: "input-transformer-limits",
    claim:
      "An input transformer has at most 100 paths and a template of at most 8,192 characters; a placeholder needs a path",
    doc: `${api}/API_InputTransformer.html`,
    async run(lab) {
      const paths = Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`n${i}`, "$.id"]));
      for (const [InputTransformer, message] of [
        [{ InputPathsMap: paths, InputTemplate: '"x"' }, /100/],
        [{ InputTemplate: `"${"x".repeat(8191)}"` }, /8192/],
        [{ InputTemplate: '"<nothing>"' }, /invalid placeholder nothing/],
      ] as const)
        await refused(
          subscribe(lab, { target: { InputTransformer } }),
          "ValidationException",
          message,
        );
    },
  },
  {
    name: "name-lengths",
    claim: "A rule's name has at most 64 characters, an event bus's 256, an archive's 48",
    doc: `${api}/API_PutRule.html`,
    async run(lab) {
      const { EventBusArn: EventSourceArn } = await publisher(lab);
      const EventPattern = '{"source":["conformance"]}';
      const calls = [
        lab.events.send(new PutRuleCommand({ Name: "x".repeat(65), EventPattern })),
        lab.events.send(new CreateEventBusCommand({ Name: "x".repeat(257) })),
        lab.events.send(new CreateArchiveCommand({ ArchiveName: "x".repeat(49), EventSourceArn })),
      ];
      for (const call of calls) await refused(call, "ValidationException", /length less than/);
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

/** What EventBridge documents. */
export const eventBridgeClaims = [...busClaims, ...eventPatternClaims];
