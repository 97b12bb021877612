import { describe, expect, it } from "vitest";
import { virtualClock } from "../kernel/clock.ts";
import { createCloud } from "../kernel/cloud.ts";
import { driverOf } from "../kernel/drive.ts";
import { administrator } from "../kernel/engine.ts";
import { lambdaEngine } from "../services/lambda/engine.ts";
import { ownCode } from "./bundle.ts";
import { inlineRuntime } from "./inline-runtime.ts";

const role = "arn:aws:iam::123456789012:role/test";

/** A world with one function in it, whose instances go on in the next world. */
const world = async (
  name: string,
  {
    start,
    variables = {},
    handOn = true,
  }: { start?: number; variables?: object; handOn?: boolean },
) => {
  const clock = virtualClock({ ...(start && { start }) });
  const drive = driverOf(clock);
  const runtime = inlineRuntime({ code: ownCode, handOn });
  const cloud = createCloud(clock, [lambdaEngine({ runtime })]);
  const call = (operation: string, input: object) =>
    drive(cloud.call({ caller: administrator, service: "lambda", operation, input }));
  await call("CreateFunction", {
    FunctionName: name,
    HandlerFile: "runtime/testing/echo.ts",
    Handler: "echo.handler",
    Role: role,
    Timeout: 10,
    Environment: { Variables: variables },
  });
  return {
    stop: () => cloud.stop(),
    clock,
    async invoke(event: object) {
      const Payload = Buffer.from(JSON.stringify(event)).toString("base64");
      const answer = await call("Invoke", { FunctionName: name, Payload });
      return JSON.parse(Buffer.from(answer.Payload, "base64").toString());
    },
  };
};

/** What the second of two worlds answers when both are asked the same. */
const inTheNext = async (
  name: string,
  events: object[],
  first: Parameters<typeof world>[1] = {},
  second: Parameters<typeof world>[1] = {},
) => {
  const before = await world(name, first);
  for (const event of events) await before.invoke(event);
  before.stop();
  const after = await world(name, second);
  const answers = [];
  for (const event of events) answers.push(await after.invoke(event));
  after.stop();
  return answers;
};

describe("an instance whose world has ended", () => {
  it("goes on in the next world, and its code is not run again", async () => {
    expect(await inTheNext("Kept", [{ do: "count" }])).toEqual([2]);
  });

  it("does so nowhere where that is not wanted: what is in modules is the world's own", async () => {
    expect(await inTheNext("Not", [{ do: "count" }], { handOn: false })).toEqual([1]);
    expect(await inTheNext("Nor", [{ do: "count" }], {}, { handOn: false })).toEqual([1]);
  });

  it("has the time, the variables and the context of the world that it is in", async () => {
    const start = Date.UTC(2030, 5, 1);
    const variables = { AWS_ACCESS_KEY_ID: "SECOND" };
    const events = [
      { do: "now" },
      { do: "variable", name: "AWS_ACCESS_KEY_ID" },
      { do: "variable", name: "LEFT" },
      { do: "variable", name: "LEFT", value: "behind" },
    ];
    const first = { variables: { AWS_ACCESS_KEY_ID: "FIRST" } };
    const [now, key, left] = await inTheNext("Own", events, first, { start, variables });
    expect(now).toEqual([start, start]);
    expect([key, left]).toEqual(["SECOND", null]);
  });

  it("is of no use where the function has other variables", async () => {
    const variables = { TABLE: "Other" };
    expect(await inTheNext("Other", [{ do: "count" }], {}, { variables })).toEqual([1]);
  });

  it("is of no use where it was ended in the middle of its work", async () => {
    const before = await world("Ended", {});
    await before.invoke({ do: "hang" });
    before.stop();
    const after = await world("Ended", {});
    expect(await after.invoke({ do: "count" })).toBe(1);
    after.stop();
  });

  it("hears nothing any more of what it began there", async () => {
    const before = await world("Deaf", {});
    const paused = before.invoke({ do: "pauseApart", ms: 5_000 });
    await paused;
    before.stop();
    const after = await world("Deaf", {});
    expect(await after.invoke({ do: "paused" })).toBe(0);
    await after.clock.advance(60_000);
    await before.clock.advance(60_000);
    expect(await after.invoke({ do: "paused" })).toBe(0);
    after.stop();
  });
});
