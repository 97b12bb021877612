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
    const { create, invoke } = startLambda(() => "x".repeat(6 * 1024 * 1024));
    await create("Worker");
    const answer = await invoke("Worker", {});
    expect(answer.FunctionError).toBe("Unhandled");
    expect(read(answer)).toMatchObject({ errorType: "Function.ResponseSizeTooLarge" });
  });

  it("throttles what exceeds the reserved concurrency", async () => {
    const cloud = startLambda(
      () => new Promise<void>((resolve) => cloud.clock.after(100, "work", resolve)),
    );
    await cloud.create("Worker", { ReservedConcurrentExecutions: 1 });
    const first = cloud.invoke("Worker", {});
    await expect(cloud.invoke("Worker", {})).rejects.toMatchObject({
      code: "TooManyRequestsException",
      status: 429,
      fields: { Reason: "ReservedFunctionConcurrentInvocationLimitExceeded" },
    });
    await cloud.clock.advance(200);
    expect(await first).toMatchObject({ StatusCode: 200 });
    const later = cloud.invoke("Worker", {});
    await cloud.clock.advance(200);
    expect(await later).toMatchObject({ StatusCode: 200 });
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

  it("waits while the function is throttled, without using up its retries", async () => {
    const { clock, invoke, invoked, lambda } = await startFailing(0, {
      ReservedConcurrentExecutions: 0,
    });
    await invoke("Worker", {}, event);
    await clock.advance(600_000);
    expect(invoked).toEqual([]);
    await lambda("DeleteFunctionConcurrency", { FunctionName: "Worker" });
    await clock.advance(600_000);
    expect(invoked).toHaveLength(1);
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
