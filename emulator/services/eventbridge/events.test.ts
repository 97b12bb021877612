import { describe, expect, it } from "vitest";
import { queueArn, start, views } from "./testing/start-events.ts";

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
      entry({}, { DetailType: "x".repeat(129) }),
      entry({}, { Time: 1e20 }),
    );
    expect(FailedEntryCount).toBe(7);
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
      { ErrorCode: "InvalidArgument", ErrorMessage: expect.stringContaining("DetailType") },
      { ErrorCode: "InvalidArgument", ErrorMessage: expect.stringContaining("Time") },
    ]);
    expect(await put(entry({}, { DetailType: "x".repeat(128) }))).toMatchObject({
      FailedEntryCount: 0,
    });
  });

  const nested = (levels: number) => `${'{"a":'.repeat(levels)}1${"}".repeat(levels)}`;

  it("takes JSON of a thousand levels; deeper it is malformed", async () => {
    const { clock, rule, put, entry, bodies } = await start();
    await rule([views]);
    const { Entries } = await put(
      entry({}, { Detail: nested(1000) }),
      entry({}, { Detail: nested(1001) }),
      entry({}, { Detail: `{"a":${"[".repeat(30_000)}${"]".repeat(30_000)}}` }),
    );
    const malformed = { ErrorCode: "MalformedDetail", ErrorMessage: "Detail is malformed." };
    expect(Entries).toEqual([{ EventId: expect.any(String) }, malformed, malformed]);
    await clock.advance(1);
    expect(await bodies("Views")).toMatchObject([{ detail: JSON.parse(nested(1000)) }]);
  });

  it("refuses what is no text where a text belongs", async () => {
    const { put, entry } = await start();
    for (const wrong of [
      { Source: 1 },
      { DetailType: {} },
      { Detail: { a: 1 } },
      { Resources: "r" },
      { Resources: [1] },
      { EventBusName: [] },
    ])
      await expect(put(entry({}, wrong))).rejects.toMatchObject({
        code: "SerializationException",
        status: 400,
      });
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
