import { describe, expect, it } from "vitest";
import { AwsError, type World } from "../../kernel/engine.ts";
import { EnvironmentCrash } from "./function.ts";
import { scriptedRuntime } from "./testing/scripted-runtime.ts";
import { startLambda } from "./testing/start-lambda.ts";

/** A function that fails as often as it is told, and the moments at which it was invoked. */
const startFailing = async (failures: number, more = {}) => {
  const invoked: number[] = [];
  let left = failures;
  const cloud = startLambda(() => {
    invoked.push((cloud.clock.now() - began) / 1000);
    if (left > 0) {
      left -= 1;
      throw new TypeError("not yet");
    }
    return "done";
  });
  const began = cloud.clock.now();
  await cloud.create("Worker", more);
  return { ...cloud, invoked };
};

describe("an asynchronous invocation", () => {
  const event = { InvocationType: "Event" };

  it("is answered before it runs", async () => {
    const { clock, invoke, invoked } = await startFailing(0);
    expect(await invoke("Worker", {}, event)).toEqual({ StatusCode: 202 });
    expect(invoked).toEqual([]);
    await clock.advance(1);
    expect(invoked).toEqual([0]);
  });

  it("is tried again after one minute and after two more, and then given up", async () => {
    const { clock, invoke, invoked } = await startFailing(5);
    await invoke("Worker", {}, event);
    await clock.advance(3600_000);
    expect(invoked).toEqual([0, 60, 180]);
  });

  it("is an attempt that a gate may lose, repeat or let the function die in", async () => {
    const { clock, invoke, invoked, cloud } = await startFailing(0);
    const fates = ["lost", "dies", "twice"];
    cloud.guard(
      async (call, next) => {
        if (call.operation !== "Attempt") return next(call);
        const fate = fates.shift();
        if (fate === "lost") throw new AwsError("ServiceException", "lost", 500);
        await next(call);
        if (fate === "dies") throw new EnvironmentCrash("died");
        return next(call);
      },
      { acts: true },
    );
    await invoke("Worker", { n: 1 }, event);
    await clock.advance(3600_000);
    // Lost, it is put back and is no attempt; where the function died it is retried after a minute.
    expect(invoked).toEqual([1, 61, 61]);
  });

  it("is tried as often as it is configured, and leaves a record where that says", async () => {
    const cloud = await startFailing(5);
    const { clock, invoke, invoked, lambda, queue, bodies } = cloud;
    const Destination = await queue("Failures");
    await lambda("PutFunctionEventInvokeConfig", {
      FunctionName: "Worker",
      MaximumRetryAttempts: 1,
      DestinationConfig: { OnFailure: { Destination } },
    });
    await invoke("Worker", { order: 7 }, event);
    await clock.advance(3600_000);
    expect(invoked).toEqual([0, 60]);
    expect(JSON.parse((await bodies(Destination))[0] ?? "{}")).toEqual({
      version: "1.0",
      timestamp: "2026-01-01T00:01:00.000Z",
      requestContext: {
        requestId: expect.any(String),
        functionArn: "arn:aws:lambda:us-east-1:123456789012:function:Worker:$LATEST",
        condition: "RetriesExhausted",
        approximateInvokeCount: 2,
      },
      requestPayload: { order: 7 },
      responseContext: { statusCode: 200, executedVersion: "$LATEST", functionError: "Unhandled" },
      responsePayload: { errorType: "TypeError", errorMessage: "not yet", trace: [] },
    });
  });

  it("leaves its event itself in a dead-letter queue", async () => {
    const cloud = startLambda(() => {
      throw new Error("never");
    });
    const TargetArn = await cloud.queue("Dead");
    await cloud.create("Worker", { DeadLetterConfig: { TargetArn } });
    await cloud.invoke("Worker", { order: 7 }, event);
    await cloud.clock.advance(3600_000);
    expect(await cloud.bodies(TargetArn)).toEqual(['{"order":7}']);
  });

  it("is given up when it grows too old", async () => {
    const { clock, invoke, invoked, lambda, facts } = await startFailing(5);
    await lambda("PutFunctionEventInvokeConfig", {
      FunctionName: "Worker",
      MaximumEventAgeInSeconds: 90,
    });
    await invoke("Worker", {}, event);
    await clock.advance(3600_000);
    expect(invoked).toEqual([0, 60]);
    expect(facts).toContainEqual(expect.objectContaining({ condition: "EventAgeExceeded" }));
  });

  /** Its one reserved place is taken, for as long as it takes. */
  const startBusy = async () => {
    const ends: (() => void)[] = [];
    const seen: unknown[] = [];
    const cloud = startLambda((wish) => {
      if (wish !== "stay") return seen.push(wish);
      return new Promise<void>((resolve) => ends.push(resolve));
    });
    await cloud.create("Worker", { ReservedConcurrentExecutions: 1 });
    const busy = cloud.invoke("Worker", "stay");
    return {
      ...cloud,
      seen,
      free: async () => {
        ends.pop()?.();
        await busy;
      },
    };
  };

  it("waits while the function is throttled, without using up its retries", async () => {
    const { clock, invoke, seen, free } = await startBusy();
    await invoke("Worker", "go", event);
    await clock.advance(5 * 3600_000);
    expect(seen).toEqual([]);
    await free();
    await clock.advance(600_000);
    expect(seen).toEqual(["go"]);
  });

  it("is given up when it was throttled for six hours, tried every five minutes at the end", async () => {
    const { clock, invoke, facts, seen, free } = await startBusy();
    await invoke("Worker", "go", event);
    await clock.advance(7 * 3600_000);
    await free();
    await clock.advance(7 * 3600_000);
    expect(seen).toEqual([]);
    expect(facts).toContainEqual(expect.objectContaining({ condition: "EventAgeExceeded" }));
    const tries = facts.filter(({ kind }) => kind === "throttled").length;
    expect(tries).toBeGreaterThan(70);
    expect(tries).toBeLessThan(90);
  });

  it("is given up at once while the function's reserved concurrency is zero", async () => {
    const { clock, invoke, invoked, lambda, queue, bodies } = await startFailing(0, {
      ReservedConcurrentExecutions: 0,
    });
    const Destination = await queue("Failures");
    await lambda("PutFunctionEventInvokeConfig", {
      FunctionName: "Worker",
      DestinationConfig: { OnFailure: { Destination } },
    });
    await invoke("Worker", { order: 7 }, event);
    await clock.advance(1000);
    expect(invoked).toEqual([]);
    expect(JSON.parse((await bodies(Destination))[0] ?? "{}")).toMatchObject({
      requestContext: { condition: "ZeroReservedConcurrency", approximateInvokeCount: 0 },
      requestPayload: { order: 7 },
    });
  });

  describe("whose runtime throws", () => {
    /** A function that cannot be invoked for so many seconds, and when that was tried. */
    const startBroken = async (error: Error, until: number) => {
      const tried: number[] = [];
      const cloud = startLambda(() => null, {
        runtime: ({ clock }) => ({
          ...scriptedRuntime(() => null)({ clock } as World),
          async invoke() {
            const second = (clock.now() - Date.UTC(2026, 0, 1)) / 1000;
            tried.push(second);
            if (second < until) throw error;
            return { ok: true, result: "null" };
          },
        }),
      });
      await cloud.create("Worker");
      await cloud.invoke("Worker", {}, event);
      await cloud.clock.advance(7 * 3600_000);
      const told = (wanted: string) => cloud.facts.filter(({ kind }) => kind === wanted);
      return { tried, told };
    };

    it("goes back to the queue for errors of AWS's own, and is tried until it is too old", async () => {
      const { tried, told } = await startBroken(new AwsError("ServiceException", "no", 500), 100);
      expect(tried).toEqual([0, 1, 3, 7, 15, 31, 63, 127]);
      expect([told("defect"), told("event-dropped")]).toEqual([[], []]);
    });

    it("has failed for anything else, which is told and is tried twice more", async () => {
      const defect = new TypeError("x is not a function");
      const { tried, told } = await startBroken(defect, Number.POSITIVE_INFINITY);
      expect(tried).toEqual([0, 60, 180]);
      expect(told("event-dropped")).toMatchObject([{ condition: "RetriesExhausted" }]);
      expect(told("defect")).toHaveLength(3);
      expect(told("defect")[0]).toMatchObject({
        where: "asynchronous invocation of Worker",
        message: "TypeError: x is not a function",
      });
    });
  });

  it("is told of as it came, however deep it nests, when it is given up", async () => {
    const { clock, lambda, queue, bodies } = await startFailing(5);
    const Destination = await queue("Failures");
    await lambda("PutFunctionEventInvokeConfig", {
      FunctionName: "Worker",
      MaximumRetryAttempts: 0,
      DestinationConfig: { OnFailure: { Destination } },
    });
    const deep = `${"[".repeat(30_000)}${"]".repeat(30_000)}`;
    await lambda("Invoke", { FunctionName: "Worker", Payload: btoa(deep), ...event });
    await clock.advance(1000);
    expect((await bodies(Destination))[0]).toContain(
      `"requestPayload":${deep},"responseContext":{`,
    );
  });
});
