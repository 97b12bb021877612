import { describe, expect, it } from "vitest";
import { virtualClock } from "./clock.ts";
import { createCloud, type Gate } from "./cloud.ts";
import { administrator, type Engine, type World } from "./engine.ts";

/** A service whose one operation tells of itself and answers what it was given. */
const echo = ({ note }: World): Engine => ({
  service: "echo",
  operations: {
    Say(input: unknown) {
      note({ kind: "said" });
      return input;
    },
  },
});

const opened = (onError?: (error: unknown, label: string) => void) => {
  const clock = virtualClock({ ...(onError && { onError }) });
  const cloud = createCloud(clock, [echo]);
  const passed: string[] = [];
  const say = () =>
    cloud.call({ caller: administrator, service: "echo", operation: "Say", input: "hello" });
  const named =
    (name: string): Gate =>
    (call, next) => {
      passed.push(name);
      return next(call);
    };
  return { ...cloud, clock, passed, say, named };
};

/** A gate that lets a call wait until it is told to go on. */
const waiting = (passed: string[]) => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const gate: Gate = async (call, next) => {
    passed.push("waited");
    await promise;
    return next(call);
  };
  return { gate, goOn: resolve };
};

describe("what a service does by itself", () => {
  const own = { caller: { name: "echo", role: "" }, service: "echo", operation: "Tidy", input: 1 };

  it("is done at once where no gate asks for it, and nothing hears of it", () => {
    const { act, guard, named, passed } = opened();
    guard(named("calls"));
    expect(act(own, () => "tidied")).toBe("tidied");
    expect(passed).toEqual([]);
  });

  it("passes the gates that ask for it, which may repeat or refuse it, until they are taken away", async () => {
    const { act, guard, named, passed, say } = opened();
    guard(named("calls"));
    const remove = guard(
      (call, next) => {
        passed.push(`${call.service}.${call.operation}`);
        return next(call).then(() => next(call));
      },
      { acts: true },
    );
    let done = 0;
    const tidy = () => {
      done += 1;
    };
    await act(own, tidy);
    expect([done, passed]).toEqual([2, ["echo.Tidy"]]);
    const never = guard(() => Promise.reject(new Error("not today")), { acts: true });
    await expect(act(own, tidy)).rejects.toThrow("not today");
    for (const take of [remove, never]) take();
    await say();
    await act(own, tidy);
    expect([done, passed]).toEqual([3, ["echo.Tidy", "calls"]]);
  });
});

describe("a gate", () => {
  it("is taken away once, however often that is asked: the others stay", async () => {
    const { guard, say, named, passed } = opened();
    guard(named("first"));
    const remove = guard(named("second"));
    remove();
    remove();
    expect(await say()).toBe("hello");
    expect(passed).toEqual(["first"]);
  });

  it("that stands there twice is taken away where it was put", async () => {
    const { guard, say, named, passed } = opened();
    const twice = named("twice");
    guard(twice);
    guard(named("between"));
    guard(twice)();
    await say();
    expect(passed).toEqual(["between", "twice"]);
  });

  it("that is taken away while a call waits is passed by that call all the same, and by no later one", async () => {
    const { guard, say, named, passed } = opened();
    const remove = guard(named("inner"));
    const { gate, goOn } = waiting(passed);
    const removeWaiting = guard(gate);
    const call = say();
    remove();
    removeWaiting();
    goOn();
    await call;
    expect(passed).toEqual(["waited", "inner"]);
    await say();
    expect(passed).toEqual(["waited", "inner"]);
  });

  it("that comes while a call waits is not passed by that call, and no other is passed twice", async () => {
    const { guard, say, named, passed } = opened();
    guard(named("inner"));
    const { gate, goOn } = waiting(passed);
    guard(gate);
    const call = say();
    guard(named("late"));
    goOn();
    await call;
    expect(passed).toEqual(["waited", "inner"]);
    await say();
    expect(passed.slice(2)).toEqual(["late", "waited", "inner"]);
  });
});

describe("an observer", () => {
  it.each([
    [
      "throws",
      () => {
        throw new Error("oh");
      },
    ],
    ["fails later", () => Promise.reject(new Error("oh"))],
  ])("that %s breaks no call and no other observer, and is reported once", async (_, faulty) => {
    const reports: string[] = [];
    const { observe, say, clock } = opened((error, label) => reports.push(`${label}: ${error}`));
    const heard: string[] = [];
    observe(faulty);
    observe(({ kind }) => heard.push(kind));
    expect(await say()).toBe("hello");
    expect(await say()).toBe("hello");
    await clock.advance(1);
    expect(heard).toEqual(["said", "said"]);
    expect(reports).toEqual(["tell an observer: Error: oh"]);
  });

  it("may tell of something itself, fail at that, and is not told of it for ever", async () => {
    const reports: unknown[] = [];
    const { observe, note, say, clock } = opened((error) => reports.push(error));
    observe(({ kind }) => {
      if (kind === "said") note({ kind: "heard" });
      throw new Error("oh");
    });
    expect(await say()).toBe("hello");
    await clock.advance(1);
    expect(reports).toHaveLength(1);
  });

  it("may stop, and stop others, while all are told", async () => {
    const { observe, say } = opened();
    const heard: string[] = [];
    const stops: (() => void)[] = [];
    for (const name of ["a", "b", "c"])
      stops.push(
        observe(() => {
          heard.push(name);
          for (const stop of stops) stop();
        }),
      );
    await say();
    await say();
    expect(heard).toEqual(["a", "b", "c"]);
  });
});
