import { describe, expect, it } from "vitest";
import { administrator } from "../../kernel/engine.ts";
import { base, busArn, ruleArn, start, views } from "./testing/start-events.ts";

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

  it.each([
    ["PutRule", { Name: "x".repeat(65) }, /'name' .* less than or equal to 64/],
    ["PutRule", { Name: "a b" }, /'name' .* regular expression pattern: \[\\.\\-_A-Za-z0-9\]\+/],
    ["PutRule", { Name: undefined }, /Value null at 'name' .* not be null/],
    ["PutRule", { Description: "x".repeat(513) }, /'description' .* 512/],
    ["PutRule", { EventPattern: "x".repeat(4097) }, /'eventPattern' .* 4096/],
    ["PutRule", { RoleArn: "x".repeat(1601) }, /'roleArn' .* 1600/],
    ["PutRule", { Tags: [{ Key: "x".repeat(129), Value: "" }] }, /'tags.1.member.key' .* 128/],
    ["CreateEventBus", { Name: "x".repeat(257) }, /'name' .* 256/],
    ["CreateArchive", { ArchiveName: "x".repeat(49) }, /'archiveName' .* 48/],
    ["CreateArchive", { ArchiveName: "a", RetentionDays: -1 }, /'retentionDays' .* to 0/],
    ["StartReplay", { ReplayName: "x".repeat(65) }, /'replayName' .* 64/],
    ["PutPermission", { StatementId: "x".repeat(65) }, /'statementId' .* 64/],
    ["TestEventPattern", { EventPattern: "x".repeat(4097), Event: "{}" }, /4096/],
  ])("%s refuses what AWS's model does not allow: %j", async (operation, more, message) => {
    const { events } = await start();
    const EventSourceArn = busArn("Bus");
    const input = { Name: "R", EventPattern: '{"source":["a"]}', EventSourceArn, ...more };
    await expect(events(operation, input)).rejects.toThrow(message);
    await expect(events(operation, input)).rejects.toMatchObject({ code: "ValidationException" });
  });

  it("a pattern has at most 2,048 characters, as AWS's quota is for who asks for no more", async () => {
    const { rule } = await start();
    const pattern = (length: number) => ({
      source: ["x".repeat(length - `{"source":[""]}`.length)],
    });
    await rule([views], pattern(2048));
    await expect(rule([views], pattern(2049))).rejects.toMatchObject({
      code: "LimitExceededException",
    });
  });

  it("a pattern is tested against an event without resources, and not against one nested too deep", async () => {
    const { events } = await start();
    const envelope = {
      id: "1",
      account: "1",
      source: "acme",
      time: "2026-01-01T00:00:00Z",
      region: "us-east-1",
      "detail-type": "Placed",
    };
    const test = (Event: string) =>
      events("TestEventPattern", { EventPattern: '{"source":["acme"]}', Event });
    expect(await test(JSON.stringify(envelope))).toEqual({ Result: true });
    for (const name of Object.keys(envelope))
      await expect(test(JSON.stringify({ ...envelope, [name]: undefined }))).rejects.toThrow(
        "Parameter Event is not valid.",
      );
    const deep = `${JSON.stringify(envelope).slice(0, -1)},"detail":${"[".repeat(30_000)}${"]".repeat(30_000)}}`;
    await expect(test(deep)).rejects.toMatchObject({ code: "ValidationException" });
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
