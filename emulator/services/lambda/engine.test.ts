import { describe, expect, it } from "vitest";
import { startLambda } from "./testing/start-lambda.ts";

const read = ({ Payload }: { Payload: string }) =>
  JSON.parse(Buffer.from(Payload, "base64").toString("utf8"));

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

describe("CreateFunction", () => {
  it("makes a function that is found by its name and its ARN", async () => {
    const { create, lambda } = startLambda(() => null);
    await create("Worker", { Timeout: 5, Environment: { Variables: { A: "1" } } });
    const arn = "arn:aws:lambda:us-east-1:123456789012:function:Worker";
    const expected = {
      FunctionName: "Worker",
      FunctionArn: arn,
      Role: "role-of-Worker",
      Timeout: 5,
      Runtime: "nodejs24.x",
      State: "Active",
      Environment: { Variables: { A: "1" } },
    };
    for (const FunctionName of ["Worker", arn, `${arn}:$LATEST`])
      expect(await lambda("GetFunctionConfiguration", { FunctionName })).toMatchObject(expected);
    expect(await lambda("GetFunction", { FunctionName: "Worker" })).toMatchObject({
      Configuration: expected,
      Code: { Location: "any.ts" },
    });
    expect((await lambda("ListFunctions")).Functions).toHaveLength(1);
  });

  it("refuses by name what it does not know, and what exists", async () => {
    const { create } = startLambda(() => null);
    await create("Worker");
    await expect(create("Worker")).rejects.toMatchObject({
      code: "ResourceConflictException",
      status: 409,
    });
    await expect(create("Other", { SnapStart: {} })).rejects.toThrow(
      "The local cloud does not emulate the parameter SnapStart of CreateFunction of lambda.",
    );
  });
});

describe("UpdateFunctionConfiguration", () => {
  it("changes what it names, for as long as the function is there", async () => {
    const { create, lambda } = startLambda(() => null);
    const Environment = { Variables: { A: "1", B: "2" } };
    await create("Worker", { Timeout: 5, MemorySize: 256, Environment });
    const FunctionName = "Worker";
    const changed = { A: "1", C: "3" };
    await lambda("UpdateFunctionConfiguration", {
      FunctionName,
      Environment: { Variables: changed },
    });
    expect(await lambda("UpdateFunctionConfiguration", { FunctionName, Timeout: 7 })).toMatchObject(
      { Timeout: 7, MemorySize: 256, Environment: { Variables: changed } },
    );
    const { Environment: now } = await lambda("GetFunctionConfiguration", { FunctionName });
    expect(now).toEqual({ Variables: changed });
    await lambda("DeleteFunction", { FunctionName });
    await create("Worker", { Environment });
    expect(await lambda("GetFunctionConfiguration", { FunctionName })).toMatchObject({
      Timeout: 3,
      Environment,
    });
  });

  it("refuses variables of more than 4 KB, as CreateFunction does", async () => {
    const { create, lambda } = startLambda(() => null);
    const large = (bytes: number) => ({ Environment: { Variables: { A: "x".repeat(bytes - 8) } } });
    await create("Worker", large(4096));
    const refused = {
      code: "InvalidParameterValueException",
      message: expect.stringContaining("exceeded the 4KB limit. String measured: {"),
    };
    await expect(create("Other", large(4097))).rejects.toMatchObject(refused);
    await expect(
      lambda("UpdateFunctionConfiguration", { FunctionName: "Worker", ...large(4097) }),
    ).rejects.toMatchObject(refused);
  });
});

describe("Invoke", () => {
  it("refuses an unknown function, a payload that is no JSON and one that is too large", async () => {
    const { create, invoke, lambda } = startLambda(() => null);
    await create("Worker");
    await expect(invoke("Nobody", {})).rejects.toMatchObject({
      code: "ResourceNotFoundException",
      message: "Function not found: arn:aws:lambda:us-east-1:123456789012:function:Nobody",
      status: 404,
    });
    await expect(
      lambda("Invoke", { FunctionName: "Worker", Payload: btoa("{no") }),
    ).rejects.toMatchObject({ code: "InvalidRequestContentException", status: 400 });
    const large = "x".repeat(1024 * 1024);
    await expect(invoke("Worker", large, { InvocationType: "Event" })).rejects.toMatchObject({
      code: "RequestTooLargeException",
      status: 413,
    });
    expect(await invoke("Worker", large)).toMatchObject({ StatusCode: 200 });
    await expect(invoke("Worker", large.repeat(6))).rejects.toMatchObject({ status: 413 });
  });

  it("reports an answer over 6 MB as the function's error", async () => {
    const { create, invoke } = startLambda(({ bytes }) => "x".repeat(bytes - 2));
    await create("Worker");
    expect(await invoke("Worker", { bytes: 6_291_556 })).not.toHaveProperty("FunctionError");
    const answer = await invoke("Worker", { bytes: 6_291_557 });
    expect(answer.FunctionError).toBe("Unhandled");
    expect(read(answer)).toEqual({
      errorType: "Function.ResponseSizeTooLarge",
      errorMessage: "Response payload size exceeded maximum allowed payload size (6291556 bytes).",
    });
  });

  describe("at a time", () => {
    const slow = (options = {}) => {
      const cloud = startLambda(
        (_, __, clock) => new Promise<void>((resolve) => clock.after(100, "work", resolve)),
        options,
      );
      const reserve = (FunctionName: string, ReservedConcurrentExecutions: number) =>
        cloud.lambda("PutFunctionConcurrency", { FunctionName, ReservedConcurrentExecutions });
      return { ...cloud, reserve };
    };
    const throttled = (Reason: string) => ({
      code: "TooManyRequestsException",
      message: "Rate Exceeded.",
      status: 429,
      fields: { Reason },
    });

    it.each([0, 1, 2])("runs no more than are reserved: %i", async (most) => {
      const { create, invoke, reserve, clock } = slow();
      await create("Worker");
      await reserve("Worker", most);
      for (const again of ["at first", "and again"]) {
        const running = Array.from({ length: most }, () => invoke("Worker", again));
        await expect(invoke("Worker", again)).rejects.toMatchObject(
          throttled("ReservedFunctionConcurrentInvocationLimitExceeded"),
        );
        await clock.advance(200);
        for (const answer of running) expect(await answer).toMatchObject({ StatusCode: 200 });
      }
    });

    it("runs no more in all than the account allows, and what others reserved is theirs", async () => {
      const { create, invoke, reserve, clock } = slow({ concurrency: 105 });
      for (const name of ["One", "Two", "Reserved"]) await create(name);
      await expect(reserve("Reserved", 6)).rejects.toThrow(
        "decreases account's UnreservedConcurrentExecution below its minimum value of [100].",
      );
      await reserve("Reserved", 5);
      const running = Array.from({ length: 100 }, (_, i) => invoke(i % 2 ? "One" : "Two", {}));
      await expect(invoke("One", {})).rejects.toMatchObject(
        throttled("ConcurrentInvocationLimitExceeded"),
      );
      running.push(invoke("Reserved", {}));
      await clock.advance(200);
      expect(await Promise.all(running)).toHaveLength(101);
    });
  });
});

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
});

describe("what is listed of a function", () => {
  const arn = "arn:aws:lambda:us-east-1:123456789012:function:Worker";
  const FunctionName = "Worker";

  it("is one version, no alias, its tags, and its URL where it has one", async () => {
    const cors = { AllowOrigins: ["*"] };
    const { create, lambda } = startLambda(() => null, {
      urlOf: (name) =>
        name === "Worker" ? { address: "http://127.0.0.1:1/worker", cors } : undefined,
    });
    await create("Worker", { Tags: { context: "things" } });
    await create("Other");
    expect(await lambda("ListVersionsByFunction", { FunctionName })).toMatchObject({
      Versions: [{ FunctionArn: `${arn}:$LATEST`, Version: "$LATEST" }],
    });
    expect(await lambda("ListAliases", { FunctionName })).toEqual({ Aliases: [] });
    expect(await lambda("ListTags", { Resource: arn })).toEqual({ Tags: { context: "things" } });
    const url = {
      FunctionUrl: "http://127.0.0.1:1/worker/",
      FunctionArn: arn,
      AuthType: "NONE",
      Cors: cors,
      InvokeMode: "BUFFERED",
    };
    expect(await lambda("GetFunctionUrlConfig", { FunctionName })).toMatchObject(url);
    expect(await lambda("ListFunctionUrlConfigs", { FunctionName })).toMatchObject({
      FunctionUrlConfigs: [url],
    });
    const without = { FunctionName: "Other" };
    await expect(lambda("GetFunctionUrlConfig", without)).rejects.toMatchObject({ status: 404 });
    expect(await lambda("ListFunctionUrlConfigs", without)).toEqual({ FunctionUrlConfigs: [] });
  });

  it("is how it is invoked asynchronously, where that is settled", async () => {
    const { create, lambda } = startLambda(() => null);
    await create("Worker");
    const list = () => lambda("ListFunctionEventInvokeConfigs", { FunctionName });
    expect(await list()).toEqual({ FunctionEventInvokeConfigs: [] });
    await lambda("PutFunctionEventInvokeConfig", { FunctionName, MaximumRetryAttempts: 1 });
    expect(await list()).toMatchObject({
      FunctionEventInvokeConfigs: [{ FunctionArn: `${arn}:$LATEST`, MaximumRetryAttempts: 1 }],
    });
  });

  it("is no version and no alias that was never made", async () => {
    const { create, lambda, invoke } = startLambda(() => null);
    await create("Worker");
    const refused = (version: string) => ({
      code: "ResourceNotFoundException",
      status: 404,
      message: `Function not found: ${arn}:${version}`,
    });
    await expect(invoke("Worker:5", {})).rejects.toMatchObject(refused("5"));
    await expect(invoke(`${arn}:live`, {})).rejects.toMatchObject(refused("live"));
    await expect(invoke("Worker", {}, { Qualifier: "5" })).rejects.toMatchObject(refused("5"));
    await expect(lambda("GetFunction", { FunctionName, Qualifier: "live" })).rejects.toMatchObject(
      refused("live"),
    );
    for (const name of ["Worker:$LATEST", `${arn}:$LATEST`])
      expect(await invoke(name, {})).toMatchObject({ StatusCode: 200 });
    expect(await invoke("Worker", {}, { Qualifier: "$LATEST" })).toMatchObject({ StatusCode: 200 });
  });
});

it("says how many functions there are, and how many invocations may run at once", async () => {
  const { create, lambda } = startLambda(() => null);
  await create("Worker", { ReservedConcurrentExecutions: 10 });
  expect(await lambda("GetAccountSettings")).toMatchObject({
    AccountLimit: { ConcurrentExecutions: 1000, UnreservedConcurrentExecutions: 990 },
    AccountUsage: { FunctionCount: 1 },
  });
});

describe("a function's policy", () => {
  it("holds the permissions that were added", async () => {
    const { create, lambda } = startLambda(() => null);
    await create("Worker");
    const FunctionName = "Worker";
    await expect(lambda("GetPolicy", { FunctionName })).rejects.toMatchObject({ status: 404 });
    const SourceArn = "arn:aws:events:us-east-1:123456789012:rule/Bus/Rule";
    await lambda("AddPermission", {
      FunctionName,
      StatementId: "rule",
      Action: "lambda:InvokeFunction",
      Principal: "events.amazonaws.com",
      SourceArn,
    });
    const { Policy } = await lambda("GetPolicy", { FunctionName });
    expect(JSON.parse(Policy).Statement).toEqual([
      {
        Sid: "rule",
        Effect: "Allow",
        Principal: { Service: "events.amazonaws.com" },
        Action: "lambda:InvokeFunction",
        Resource: "arn:aws:lambda:us-east-1:123456789012:function:Worker",
        Condition: { ArnLike: { "AWS:SourceArn": SourceArn } },
      },
    ]);
  });
});
