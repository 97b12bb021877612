import { describe, expect, it } from "vitest";
import { AwsError, type Call } from "../../kernel/engine.ts";
import { hour, queueArn, ruleArn, start, views } from "./testing/start-events.ts";

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
        kind: "events.dead-letter",
        eventId: Entries[0].EventId,
        queue: queueArn("Dead"),
        reason: "Down.",
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
      expect.objectContaining({
        kind: "events.dropped",
        rule: "Placed",
        target: queueArn("Views"),
        code: "NO_PERMISSIONS",
        reason: "No.",
      }),
    );
  });

  it("is dropped when its dead-letter queue cannot take it, and a note says both", async () => {
    const { clock, rule, put, entry, failing, facts } = await start();
    await rule([{ ...views, ...deadLetters, RetryPolicy: { MaximumRetryAttempts: 0 } }]);
    failing((call) => {
      if (call.input.QueueUrl === queueArn("Views")) throw new AwsError("Down", "Down.", 500);
      throw new AwsError("QueueDoesNotExist", "It is gone.");
    });
    await put(entry());
    await clock.advance(1);
    expect(facts.at(-1)).toMatchObject({
      kind: "events.dropped",
      rule: "Placed",
      target: queueArn("Views"),
      queue: queueArn("Dead"),
      exhausted: "MaximumRetryAttempts",
      reason: "Down. Its dead-letter queue did not take it: It is gone.",
    });
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
  const ended = ["events.delivered", "events.dead-letter", "events.dropped"];

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
