import { describe, expect, it } from "vitest";
import { realClock, virtualClock } from "../kernel/clock.ts";
import { createCloud } from "../kernel/cloud.ts";
import { administrator } from "../kernel/engine.ts";
import { lambdaEngine } from "../services/lambda/engine.ts";
import { ownCode } from "./bundle.ts";
import { inlineRuntime } from "./inline-runtime.ts";
import { runtimeContract } from "./testing/runtime-contract.ts";

runtimeContract("the inline runtime, in virtual time", () => {
  const clock = virtualClock();
  return {
    clock,
    runtime: inlineRuntime({ code: ownCode }),
    async finish(work) {
      let done = false;
      const end = () => {
        done = true;
      };
      work.then(end, end);
      await clock.runUntil(() => done);
      return work;
    },
  };
});

runtimeContract("the inline runtime, in real time", () => {
  const clock = realClock((error) => {
    throw error;
  });
  return {
    clock,
    runtime: inlineRuntime({ code: ownCode }),
    finish: (work) => work,
    stop: clock.stop,
  };
});

describe("a function on the virtual clock", () => {
  const role = "arn:aws:iam::123456789012:role/test";
  const start = async (seed: number, file: string, coldStarts = false) => {
    const clock = virtualClock({ seed });
    const cloud = createCloud(clock, [
      lambdaEngine({ runtime: inlineRuntime({ code: ownCode, coldStarts }) }),
    ]);
    const call = (operation: string, input: object) =>
      cloud.call({ caller: administrator, service: "lambda", operation, input });
    await call("CreateFunction", {
      FunctionName: "F",
      HandlerFile: `runtime/testing/${file}.ts`,
      Handler: `${file}.handler`,
      Role: role,
      Timeout: 20,
    });
    const invoke = async (event: object = {}) => {
      let answer: { Payload: string } | undefined;
      const work = call("Invoke", {
        FunctionName: "F",
        Payload: Buffer.from(JSON.stringify(event)).toString("base64"),
      }).then((value) => {
        answer = value;
      });
      await clock.runUntil(() => answer !== undefined, 60_000);
      await work;
      return JSON.parse(Buffer.from(answer?.Payload ?? "", "base64").toString("utf8"));
    };
    return { clock, cloud, call, invoke };
  };

  it("does the same in every run of a seed, and something else under another", async () => {
    const run = async (seed: number) => (await start(seed, "determinism")).invoke();
    const [first, again, other] = [await run(1), await run(1), await run(2)];
    expect(first).toEqual(again);
    expect(other.id).not.toBe(first.id);
    expect(first).toMatchObject({ aborted: "TimeoutError", elapsed: true, dates: true });
    expect(first.now.slice(0, 17)).toBe("2026-01-01T00:00:");
    expect(first.waited).toBeGreaterThanOrEqual(50);
  });

  it("is frozen between invocations: its timers wait for the next one", async () => {
    const { clock, invoke } = await start(1, "frozen");
    expect(await invoke()).toBeNull();
    await clock.advance(10_000);
    expect(await invoke()).toBeGreaterThanOrEqual(Date.UTC(2026, 0, 1) + 10_000);
  });

  it("takes longer at first where starts are cold, the longer the larger its bundle is", async () => {
    const firstMs = async (file: string, event: object) => {
      const { clock, invoke, cloud } = await start(1, file, true);
      const notes: number[] = [];
      cloud.observe(({ kind, ms }) => kind === "invocation-ended" && notes.push(Number(ms)));
      await invoke(event);
      await invoke(event);
      await clock.advance(20 * 60_000);
      await invoke(event);
      const [cold, warm, coldAgain] = notes;
      expect(warm).toBe(0);
      expect(coldAgain).toBeGreaterThan(140);
      return cold ?? 0;
    };
    const small = await firstMs("echo", {});
    expect(small).toBeGreaterThan(140);
    const large = await firstMs("store", { do: "nothing" });
    expect(large).toBeGreaterThan(small + 30);
    expect(large).toBeLessThan(500);
  });
});
