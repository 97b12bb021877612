import { afterEach, beforeEach, describe, expect, it, type TestContext } from "vitest";
import { createKeyRing } from "../doors/wire/credentials.ts";
import { realClock } from "../kernel/clock.ts";
import { type Cloud, createCloud } from "../kernel/cloud.ts";
import { administrator } from "../kernel/engine.ts";
import { lambdaEngine } from "../services/lambda/engine.ts";
import { ownCode } from "./bundle.ts";
import { functionsIn } from "./testing/functions-in.ts";
import { runtimeContract } from "./testing/runtime-contract.ts";
import { threadRuntime } from "./thread-runtime.ts";

runtimeContract("threads that host many environments", () => {
  const clock = realClock((error) => {
    throw error;
  });
  const keys = createKeyRing(clock);
  return {
    clock,
    runtime: threadRuntime({ code: ownCode, callerOf: keys.callerOf }),
    variables: (caller) => {
      const { accessKeyId, secretAccessKey } = keys.issue(caller);
      return { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
    },
    finish: (work) => work,
    stop: clock.stop,
  };
});

describe("environments of one thread", () => {
  const role = "arn:aws:iam::123456789012:role/test";
  let clock: ReturnType<typeof realClock>;
  let cloud: Cloud;
  const keys = createKeyRing(realClock(() => {}));
  const call = (operation: string, input: object) =>
    cloud.call({ caller: administrator, service: "lambda", operation, input });
  const create = (FunctionName: string, file: string, Timeout = 10) => {
    const { accessKeyId, secretAccessKey } = keys.issue({ name: FunctionName, role });
    return call("CreateFunction", {
      FunctionName,
      HandlerFile: `runtime/testing/${file}.ts`,
      Handler: `${file}.handler`,
      Role: role,
      Timeout,
      Environment: {
        Variables: { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey },
      },
    });
  };
  const invoke = async (FunctionName: string, event: object) => {
    const Payload = Buffer.from(JSON.stringify(event)).toString("base64");
    const answer = await call("Invoke", { FunctionName, Payload });
    return JSON.parse(Buffer.from(answer.Payload, "base64").toString("utf8"));
  };

  beforeEach(() => {
    clock = realClock((error) => {
      throw error;
    });
    cloud = createCloud(clock, [
      lambdaEngine({
        runtime: threadRuntime({ code: ownCode, callerOf: keys.callerOf, threads: 1 }),
      }),
    ]);
  });
  afterEach(() => {
    cloud.stop();
    clock.stop();
  });

  it("have the time of the clock, also where the wall of the machine was put back", async () => {
    const ahead = Date.now() + 3600_000;
    const later = realClock(() => {}, { notBefore: ahead });
    const runtime = threadRuntime({ code: ownCode, callerOf: keys.callerOf, threads: 1 });
    const own = createCloud(later, [lambdaEngine({ runtime })]);
    const on = (Operation: string, input: object) =>
      own.call({ caller: administrator, service: "lambda", operation: Operation, input });
    await on("CreateFunction", {
      FunctionName: "Now",
      HandlerFile: "runtime/testing/echo.ts",
      Handler: "echo.handler",
      Role: role,
    });
    const Payload = Buffer.from('{"do":"now"}').toString("base64");
    const answer = await on("Invoke", { FunctionName: "Now", Payload });
    const times: number[] = JSON.parse(Buffer.from(answer.Payload, "base64").toString());
    for (const time of times) expect(time).toBeGreaterThanOrEqual(ahead);
    own.stop();
    later.stop();
  });

  it("live on when another exits, throws, rejects or runs out of time", async () => {
    await create("Steady", "echo");
    await create("Shaky", "echo", 1);
    expect(await invoke("Steady", { do: "count" })).toBe(1);
    const under = invoke("Steady", { do: "pause", ms: 1500 });
    for (const [what, errorType] of [
      ["exit", "Runtime.ExitError"],
      ["throwLater", "Refused"],
      ["rejectLater", "Refused"],
      ["hang", "Sandbox.Timedout"],
    ]) {
      expect(await invoke("Shaky", { do: "count" })).toBe(1);
      expect(await invoke("Shaky", { do: what })).toMatchObject({ errorType });
    }
    expect(await under).toBe("rested");
    expect(await invoke("Steady", { do: "count" })).toBe(2);
  });

  it("have variables and global objects of their own, two of one function as well", async () => {
    await create("One", "echo");
    await create("Two", "echo");
    const variable = { do: "variable", name: "MINE" };
    expect(await invoke("One", { ...variable, value: "one" })).toBe("one");
    expect(await invoke("Two", variable)).toBeNull();
    expect(await invoke("One", { do: "leaveGlobal" })).toBe(1);
    expect(await invoke("Two", { do: "leaveGlobal" })).toBe(1);
    const [, second] = await Promise.all([
      invoke("One", { do: "pause", ms: 300 }),
      invoke("One", variable),
    ]);
    expect(second).toBeNull();
  });

  it("call AWS in the name of the key that they hold, and not without one", async () => {
    await create("Asker", "store");
    await create("Echo", "echo");
    expect(await invoke("Asker", { do: "ask", name: "Echo" })).toEqual({
      answered: { asked: "politely" },
    });
    await call("CreateFunction", {
      FunctionName: "Stranger",
      HandlerFile: "runtime/testing/store.ts",
      Handler: "store.handler",
      Role: role,
      Environment: { Variables: { AWS_ACCESS_KEY_ID: "LOCALNOBODY" } },
    });
    expect(await invoke("Stranger", { do: "ask", name: "Echo" })).toMatchObject({
      errorType: "UnrecognizedClientException",
    });
  });
});

// At once: a thread is given seconds to answer.
describe.concurrent("environments of a thread that stands still", () => {
  const echo = "runtime/testing/echo.ts";
  const inThread = ({ onTestFinished }: TestContext) => {
    const functions = functionsIn((callerOf) =>
      threadRuntime({ code: ownCode, callerOf, threads: 1 }),
    );
    onTestFinished(functions.stop);
    return functions;
  };

  it("move to another thread when one never waits, which is ended at its timeout", async (test) => {
    const { create, invoke, facts } = inThread(test);
    await create("Standing", echo, { Timeout: 8 });
    await create("Other", echo);
    expect(await invoke("Other", { do: "count" })).toBe(1);
    const order: string[] = [];
    const blocking = invoke("Standing", { do: "stand" }).finally(() => order.push("standing"));
    await expect
      .poll(() => facts)
      .toContainEqual({ kind: "thread-stands-still", functions: ["Standing"] });
    expect(await invoke("Other", { do: "count" }).finally(() => order.push("other"))).toBe(1);
    expect(await blocking).toMatchObject({ errorType: "Sandbox.Timedout" });
    expect(order).toEqual(["other", "standing"]);
    expect(await invoke("Standing", { do: "count" })).toBe(1);
    expect(await invoke("Other", { do: "count" })).toBe(2);
    // It has a thread of its own by now.
    void invoke("Standing", { do: "stand" });
    expect(await invoke("Other", { do: "count" })).toBe(3);
  });

  it("are not kept waiting by one whose code never comes to its end, which is tried twice", async (test) => {
    const { create, invoke, facts } = inThread(test);
    await create("NeverStands", "runtime/testing/never-stands.ts", { Timeout: 1 });
    await create("Other", echo);
    const never = invoke("NeverStands", {});
    expect(await invoke("Other", { do: "count" })).toBe(1);
    expect(await never).toMatchObject({
      errorType: "Sandbox.Timedout",
      errorMessage: expect.stringMatching(
        /^RequestId: \S+ Error: Task timed out after 1.00 seconds$/,
      ),
    });
    const starts = facts.filter((fact) => fact.function === "NeverStands");
    expect(starts.filter(({ kind }) => kind === "cold-start")).toHaveLength(2);
    expect(await invoke("Other", { do: "echo" })).toEqual({ do: "echo" });
  });
});
