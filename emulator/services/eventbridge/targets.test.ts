import { describe, expect, it } from "vitest";
import {
  base,
  busArn,
  functionArn,
  hour,
  machineArn,
  queueArn,
  ruleArn,
  start,
  views,
} from "./testing/start-events.ts";

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

  it("may be another bus, whose rules send the event to no third one: buses send in no circle", async () => {
    const { clock, events, rule, put, entry, facts, bodies } = await start();
    await events("CreateEventBus", { Name: "Other" });
    const RoleArn = "arn:aws:iam::1:role/Forward";
    const of = { EventBusName: "Other", Rule: "Back" };
    const EventPattern = '{"source":["acme"]}';
    await events("PutRule", { EventBusName: "Other", Name: "Back", EventPattern });
    const Targets = [{ Id: "back", Arn: busArn("Bus"), RoleArn }, views];
    await events("PutTargets", { ...of, Targets });
    await rule([{ Id: "bus", Arn: busArn("Other"), RoleArn }]);
    await put(entry());
    await clock.advance(hour);
    expect(facts.filter(({ kind }) => kind === "events.dropped")).toMatchObject([
      {
        bus: "Other",
        rule: "Back",
        target: busArn("Bus"),
        reason: expect.stringContaining("third"),
      },
    ]);
    expect(await bodies("Views")).toHaveLength(1);
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
    [
      transformer('"<lines> <detail>"\n"<id>"', { ...paths, detail: "$.detail" }),
      '"[a,b] {id:thg_1,lines:[a,b]}"\n"thg_1"',
    ],
  ])("get the input %j", async (input, expected) => {
    const { clock, rule, put, entry, drain } = await start();
    await rule([{ ...views, ...input }]);
    await put(entry({ id: "thg_1", lines: ["a", "b"] }));
    await clock.advance(1);
    expect((await drain("Views")).map(({ Body }) => Body)).toEqual([expected]);
  });

  it.each([
    ["a list", '{"lines": "<lines>"}'],
    ["an object", '{"all": {"detail": "of <detail>"}}'],
    ["the event", '["<aws.events.event.json>"]'],
  ])("get nothing where a JSON template has %s within quotes", async (_, template) => {
    const { clock, rule, put, entry, drain } = await start();
    const DeadLetterConfig = { Arn: queueArn("Dead") };
    const more = transformer(template, { ...paths, detail: "$.detail" });
    await rule([{ ...views, DeadLetterConfig, ...more }]);
    await put(entry({ id: "thg_1", lines: ["a", "b"] }));
    await clock.advance(hour);
    expect(await drain("Views")).toEqual([]);
    const [letter] = await drain("Dead");
    expect(JSON.parse(letter.Body).detail.id).toBe("thg_1");
    expect(letter.MessageAttributes.ERROR_CODE.StringValue).toBe("INVALID_JSON");
    expect(letter.MessageAttributes.RETRY_ATTEMPTS.StringValue).toBe("0");
  });

  it("get the event as AWS names its members, and the time at which it was taken", async () => {
    const { clock, rule, put, entry, bodies } = await start();
    const template =
      '{"event": <aws.events.event>, "all": <aws.events.event.json>, "at": <aws.events.event.ingestion-time>}';
    await rule([{ ...views, ...transformer(template) }]);
    const Time = Date.UTC(2020, 0, 1) / 1000;
    const { Entries } = await put(entry({ n: 1 }, { Time }));
    await clock.advance(1);
    const [{ event, all, at }] = await bodies("Views");
    const common = {
      version: "0",
      id: Entries[0].EventId,
      source: "acme",
      account: "123456789012",
      time: "2020-01-01T00:00:00Z",
      region: "us-east-1",
      resources: [],
    };
    expect(event).toEqual({ ...common, detailType: "Placed" });
    expect(all).toEqual({ ...common, "detail-type": "Placed", detail: { n: 1 } });
    expect(at).toBe("2026-01-01T00:00:00Z");
  });

  it("get no text that repeats a large event without end", async () => {
    const { clock, rule, put, entry, drain } = await start();
    const DeadLetterConfig = { Arn: queueArn("Dead") };
    const more = transformer(`[${"<d>,".repeat(2000)}1]`, { d: "$.detail" });
    await rule([{ ...views, DeadLetterConfig, ...more }]);
    await put(entry({ text: "x".repeat(200_000) }));
    await clock.advance(1);
    const [letter] = await drain("Dead");
    expect(letter.MessageAttributes.ERROR_MESSAGE.StringValue).toMatch(/too long/);
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
    ["a template that is too long", transformer(`"${"x".repeat(8191)}"`), /or equal to 8192/],
    ["an empty template", transformer(""), /greater than or equal to 1/],
    [
      "too many paths",
      transformer('"x"', Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`n${i}`, "$"]))),
      /inputPathsMap' .* less than or equal to 100/,
    ],
    ["a path's name", transformer('"x"', { "a.b": "$" }), /regular expression pattern/],
    ["a path that is too long", transformer('"x"', { a: `$.${"x".repeat(255)}` }), /to 256/],
    ["a path that is none", transformer('"x"', { a: "detail" }), /Invalid JSONPath/],
    ["an Input that is too long", { Input: `"${"x".repeat(8191)}"` }, /or equal to 8192/],
    ["an InputPath that is too long", { InputPath: `$.${"x".repeat(255)}` }, /or equal to 256/],
    ["an Id that is too long", { Id: "x".repeat(65) }, /'targets.1.member.id'.* to 64/],
    ["an Arn that is too long", { Arn: `${views.Arn}${"x".repeat(1600)}` }, /or equal to 1600/],
    ["an Input that is no text", { Input: {} }, /can not be converted/],
    ["a bad id", { Id: "!" }, /regular expression pattern/],
    ["a machine without a role", { Arn: machineArn }, /RoleArn is required/],
    ["a service that is not emulated", { Arn: `arn:aws:kinesis:${base}:stream/x` }, /kinesis/],
    ["a parameter that is not emulated", { EcsParameters: {} }, /EcsParameters/],
    [
      "too many retries",
      { RetryPolicy: { MaximumRetryAttempts: 186 } },
      /less than or equal to 185/,
    ],
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
