import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Clock } from "../../kernel/clock.ts";
import { type Cloud, createCloud, type Fact } from "../../kernel/cloud.ts";
import { AwsError, administrator, type Caller } from "../../kernel/engine.ts";
import type { Entry } from "../../kernel/trace.ts";
import { dynamoEngines } from "../../services/dynamodb/engine.ts";
import { type LambdaEngine, lambdaEngine } from "../../services/lambda/engine.ts";
import { EnvironmentCrash, type MakeRuntime } from "../../services/lambda/function.ts";
import { itLogsAsLambda } from "./log-contract.ts";

/** A runtime under test, with the clock it runs on and how to wait on that clock. */
export type Bench = {
  clock: Clock;
  runtime: MakeRuntime;
  /** Lets time pass until the work is done. */
  finish: <T>(work: Promise<T>) => Promise<T>;
  /** The environment variables that the SDK needs in a function. */
  variables?: (caller: Caller) => Record<string, string>;
  stop?: () => unknown;
};

type Settings = {
  LoggingConfig?: object;
  Timeout?: number;
  Handler?: string;
  HandlerFile?: string;
  Environment?: { Variables: Record<string, string> };
};

const role = "arn:aws:iam::123456789012:role/test";

/** What every runtime must do alike. */
export const runtimeContract = (name: string, makeBench: () => Bench): void => {
  describe(`a function in ${name}`, () => {
    let bench: Bench;
    let cloud: Cloud;
    let facts: Fact[];
    const call = (operation: string, input: object) =>
      bench.finish(cloud.call({ caller: administrator, service: "lambda", operation, input }));
    const create = (FunctionName: string, file: string, more: Settings = {}) =>
      call("CreateFunction", {
        FunctionName,
        HandlerFile: `runtime/testing/${file}.ts`,
        Handler: `${file}.handler`,
        Role: role,
        ...more,
        Environment: {
          Variables: {
            ...bench.variables?.({ name: FunctionName, role }),
            ...more.Environment?.Variables,
          },
        },
      });
    const start = (FunctionName: string, event: unknown) =>
      cloud.call({
        caller: administrator,
        service: "lambda",
        operation: "Invoke",
        input: {
          FunctionName,
          Payload: Buffer.from(JSON.stringify(event)).toString("base64"),
        },
      });
    const read = ({ Payload, ...answer }: { Payload: string }) => ({
      ...answer,
      payload: JSON.parse(Buffer.from(Payload, "base64").toString("utf8")),
    });
    const invoke = async (FunctionName: string, event: unknown) =>
      read(await bench.finish(start(FunctionName, event)));
    const invokeEcho = async (event: object) => (await invoke("Echo", event)).payload;

    beforeEach(async () => {
      bench = makeBench();
      cloud = createCloud(bench.clock, [
        lambdaEngine({ runtime: bench.runtime }),
        dynamoEngines().dynamodb,
      ]);
      facts = [];
      cloud.observe((fact) => facts.push(fact));
      await cloud.call({
        caller: administrator,
        service: "dynamodb",
        operation: "CreateTable",
        input: {
          TableName: "Things",
          KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }],
          AttributeDefinitions: [{ AttributeName: "pk", AttributeType: "S" }],
          BillingMode: "PAY_PER_REQUEST",
        },
      });
    });
    afterEach(async () => {
      cloud.stop();
      await bench.stop?.();
    });

    it("answers with what its handler returns", async () => {
      await create("Echo", "echo");
      expect(await invoke("Echo", { some: ["thing", null, 1.5] })).toEqual({
        StatusCode: 200,
        ExecutedVersion: "$LATEST",
        payload: { some: ["thing", null, 1.5] },
      });
      expect(await invokeEcho({ do: "nothing" })).toBeNull();
    });

    it("keeps its module state from one invocation to the next, and apart from other functions", async () => {
      await create("Echo", "echo");
      await create("Other", "echo");
      expect(await invokeEcho({ do: "count" })).toBe(1);
      expect(await invokeEcho({ do: "count" })).toBe(2);
      expect((await invoke("Other", { do: "count" })).payload).toBe(1);
      expect(await invokeEcho({ do: "leaveGlobal" })).toBe(1);
      expect((await invoke("Other", { do: "leaveGlobal" })).payload).toBe(1);
      expect(facts.filter(({ kind }) => kind === "cold-start")).toHaveLength(2);
    });

    it("sees nothing of what this process keeps on its global object", async () => {
      await create("Echo", "echo");
      const ours: { left?: number } = globalThis as never;
      ours.left = 41;
      try {
        expect(await invokeEcho({ do: "leaveGlobal" })).toBe(1);
        expect(ours.left).toBe(41);
      } finally {
        delete ours.left;
      }
    });

    it("runs two invocations at the same time in two environments", async () => {
      await create("Echo", "echo");
      const [first, second] = await bench.finish(
        Promise.all([start("Echo", { do: "pause", ms: 50 }), start("Echo", { do: "count" })]),
      );
      expect([read(first).payload, read(second).payload]).toEqual(["rested", 1]);
      expect(facts.filter(({ kind }) => kind === "cold-start")).toHaveLength(2);
    });

    it("has its own environment variables", async () => {
      await create("Echo", "echo", { Environment: { Variables: { GREETING: "hello" } } });
      expect(await invokeEcho({ do: "variable", name: "GREETING" })).toBe("hello");
      expect(await invokeEcho({ do: "variable", name: "AWS_LAMBDA_FUNCTION_NAME" })).toBe("Echo");
      expect(await invokeEcho({ do: "variable", name: "AWS_REGION" })).toBe("us-east-1");
    });

    it("is told its name, its request and its remaining time", async () => {
      await create("Echo", "echo");
      expect(await invokeEcho({ do: "context" })).toEqual({
        name: "Echo",
        requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        remaining: true,
      });
    });

    it("reports a thrown error by its name and message", async () => {
      await create("Echo", "echo");
      expect(await invoke("Echo", { do: "refuse" })).toMatchObject({
        StatusCode: 200,
        FunctionError: "Unhandled",
        payload: {
          errorType: "Refused",
          errorMessage: "OutOfStock: none left",
          trace: expect.arrayContaining(["Refused: OutOfStock: none left"]),
        },
      });
      expect(await invokeEcho({ do: "throwText" })).toMatchObject({ errorMessage: "just text" });
      expect(await invokeEcho({ do: "cycle" })).toMatchObject({
        errorType: "Runtime.MarshalError",
      });
    });

    it("is killed when its time is over, and begins anew", async () => {
      await create("Echo", "echo", { Timeout: 1 });
      expect(await invokeEcho({ do: "count" })).toBe(1);
      const { errorType, errorMessage } = await invokeEcho({ do: "hang" });
      expect(errorType).toBe("Sandbox.Timedout");
      expect(errorMessage).toMatch(
        /^RequestId: [0-9a-f-]{36} Error: Task timed out after 1\.00 seconds$/,
      );
      expect(await invokeEcho({ do: "count" })).toBe(1);
    });

    it("begins anew after its process exits", async () => {
      await create("Echo", "echo");
      expect(await invokeEcho({ do: "count" })).toBe(1);
      const { errorType, errorMessage } = await invokeEcho({ do: "exit" });
      expect(errorType).toBe("Runtime.ExitError");
      expect(errorMessage).toMatch(/Runtime exited with error: exit status 3$/);
      expect(await invokeEcho({ do: "count" })).toBe(1);
    });

    it("begins anew after an error that nobody caught", async () => {
      await create("Echo", "echo");
      expect(await invokeEcho({ do: "count" })).toBe(1);
      expect(await invokeEcho({ do: "throwLater" })).toMatchObject({
        errorType: "Refused",
        errorMessage: "nobody catches this",
      });
      expect(await invokeEcho({ do: "count" })).toBe(1);
    });

    itLogsAsLambda({ create, invokeEcho, facts: () => facts });

    it("cannot reach the outside world", async () => {
      await create("Echo", "echo");
      const { errorType } = await invokeEcho({ do: "fetch", url: "https://example.com/" });
      expect(errorType).toBe("TypeError");
      expect(facts).toContainEqual(
        expect.objectContaining({ kind: "connection-refused", function: "Echo" }),
      );
    });

    it("calls AWS in its own name, with values of every kind", async () => {
      const callers: unknown[] = [];
      cloud.guard((made, next) => {
        if (made.service === "dynamodb") callers.push(made.caller);
        return next(made);
      });
      await create("Store", "store");
      expect((await invoke("Store", { do: "keep", id: "1" })).payload).toEqual({
        same: true,
        blob: [1, 2, 255],
        tags: ["a", "b"],
      });
      const invocation = expect.stringMatching(/^[\da-f-]{36}$/);
      expect(callers).toEqual([
        { name: "Store", role, invocation },
        { name: "Store", role, invocation },
      ]);
    });

    it("gets AWS's errors as the SDK's exceptions", async () => {
      await create("Store", "store");
      expect((await invoke("Store", { do: "keepOnce", id: "1" })).payload).toBe("kept");
      expect((await invoke("Store", { do: "keepOnce", id: "1" })).payload).toEqual({
        name: "TransactionCanceledException",
        codes: ["ConditionalCheckFailed"],
      });
      expect((await invoke("Store", { do: "ask", name: "Nobody" })).payload).toEqual({
        name: "ResourceNotFoundException",
        message: "Function not found: arn:aws:lambda:us-east-1:123456789012:function:Nobody",
        status: 404,
      });
    });

    it("invokes another function and reads its answer", async () => {
      await create("Store", "store");
      await create("Echo", "echo");
      expect((await invoke("Store", { do: "ask", name: "Echo" })).payload).toEqual({
        answered: { asked: "politely" },
      });
    });

    it("has its invocation as the cause of what it calls and logs, also when several run", async () => {
      await create("Store", "store");
      await create("Echo", "echo");
      await bench.finish(
        Promise.all([
          start("Store", { do: "keep", id: "1" }),
          start("Echo", { do: "log" }),
          start("Store", { do: "keep", id: "2" }),
        ]),
      );
      const all = cloud.trace.entries(0, Number.POSITIVE_INFINITY);
      const begun = ({ cause }: Entry) => all.find(({ seq }) => seq === cause);
      for (const id of ["1", "2"]) {
        const puts = all.filter(
          ({ kind, operation, input }) =>
            kind === "call" &&
            operation === "PutItem" &&
            JSON.stringify(input).includes(`{"S":"${id}"}`),
        );
        expect(puts.map(begun)).toMatchObject([
          {
            kind: "invocation-started",
            function: "Store",
            event: JSON.stringify({ do: "keep", id }),
          },
        ]);
      }
      const lines = all.filter(({ kind }) => kind === "log");
      expect(lines.length).toBeGreaterThan(3);
      expect(new Set(lines.map((line) => begun(line)?.function))).toEqual(new Set(["Echo"]));
    });

    it("repeats a call that AWS failed, as the SDK does", async () => {
      let failures = 2;
      cloud.guard(async (made, next) => {
        if (made.operation !== "PutItem" || failures === 0) return next(made);
        failures -= 1;
        throw new AwsError("InternalServerError", "Something broke", 500);
      });
      await create("Store", "store", { Timeout: 10 });
      expect((await invoke("Store", { do: "keep", id: "1" })).payload).toMatchObject({
        same: true,
      });
    });

    it("dies in the middle of a call, and begins anew", async () => {
      await create("Store", "store");
      await invoke("Store", { do: "keep", id: "1" });
      let crashes = 1;
      cloud.guard(async (made, next) => {
        const answer = await next(made);
        if (made.operation !== "PutItem" || crashes === 0) return answer;
        crashes -= 1;
        throw new EnvironmentCrash();
      });
      expect((await invoke("Store", { do: "keep", id: "2" })).payload).toMatchObject({
        errorType: "Runtime.ExitError",
      });
      expect((await invoke("Store", { do: "keep", id: "3" })).payload).toMatchObject({
        same: true,
      });
      expect(facts.filter(({ kind }) => kind === "cold-start")).toHaveLength(2);
    });

    it("is killed from outside, and begins anew", async () => {
      await create("Echo", "echo");
      const work = start("Echo", { do: "hang" });
      const { runtime } = cloud.engines.lambda as LambdaEngine;
      bench.clock.after(200, "crash", () => runtime.crash("Echo"));
      expect(read(await bench.finish(work)).payload.errorMessage).toMatch(/signal: killed$/);
      expect(await invokeEcho({ do: "count" })).toBe(1);
    });

    it.each([
      "../README.md",
      "/etc/hosts",
      "runtime/../../local/open.ts",
      "runtime\\testing\\echo.ts",
      "e\0.ts",
    ])("is not created from a file outside: %j", async (HandlerFile) => {
      await expect(create("Outside", "echo", { HandlerFile })).rejects.toMatchObject({
        code: "InvalidParameterValueException",
        message: expect.stringMatching(/leads out of the folder|is not a relative path/),
      });
    });

    it("is not created from a file or an export that does not exist", async () => {
      await expect(create("Missing", "missing")).rejects.toThrow(
        "The handler of Missing cannot be used: There is no file runtime/testing/missing.ts.",
      );
      await expect(create("Echo", "echo", { Handler: "echo.other" })).rejects.toThrow(
        "runtime/testing/echo.ts does not export other.",
      );
    });
  });
};
