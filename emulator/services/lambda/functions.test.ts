import { describe, expect, it } from "vitest";
import { startLambda } from "./testing/start-lambda.ts";

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
      "The emulator does not emulate the parameter SnapStart of CreateFunction of lambda.",
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

  it.each(["__proto__", "_A", "1A", "A-B", ""])("refuses a variable named %j", async (name) => {
    const { create, lambda } = startLambda(() => null);
    const Environment = { Variables: JSON.parse(`{"${name}":"1"}`) };
    const refused = {
      code: "ValidationException",
      message: expect.stringContaining("Value at 'environment.variables' failed"),
    };
    await create("Worker");
    await expect(create("Other", { Environment })).rejects.toMatchObject(refused);
    await expect(
      lambda("UpdateFunctionConfiguration", { FunctionName: "Worker", Environment }),
    ).rejects.toMatchObject(refused);
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

describe("what is listed of a function", () => {
  const arn = "arn:aws:lambda:us-east-1:123456789012:function:Worker";
  const FunctionName = "Worker";

  it("is its tags, and its URL where it has one", async () => {
    const cors = { AllowOrigins: ["*"] };
    const { create, lambda } = startLambda(() => null, {
      urlOf: (name) =>
        name === "Worker" ? { address: "http://127.0.0.1:1/worker", cors } : undefined,
    });
    await create("Worker", { Tags: { context: "things" } });
    await create("Other");
    expect(await lambda("ListTags", { Resource: arn })).toEqual({ Tags: { context: "things" } });
    const url = {
      FunctionUrl: "http://127.0.0.1:1/worker/",
      FunctionArn: arn,
      AuthType: "NONE",
      Cors: cors,
      InvokeMode: "BUFFERED",
    };
    expect(await lambda("GetFunctionUrlConfig", { FunctionName })).toMatchObject(url);
    const without = { FunctionName: "Other" };
    await expect(lambda("GetFunctionUrlConfig", without)).rejects.toMatchObject({ status: 404 });
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
