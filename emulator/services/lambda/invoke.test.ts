import { describe, expect, it } from "vitest";
import { startLambda } from "./testing/start-lambda.ts";

const read = ({ Payload }: { Payload: string }) =>
  JSON.parse(Buffer.from(Payload, "base64").toString("utf8"));

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
