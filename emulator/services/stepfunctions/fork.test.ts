import { describe, expect, it } from "vitest";
import { json, type Laboratory, setUp, task } from "./testing/laboratory.ts";
import { busy, INNER, never, processor, sync, token, wait } from "./testing/states.ts";

/** A machine that has come somewhere, and all that is still to happen without anybody's doing. */
type Case = {
  machine: object;
  top?: object;
  inner?: object;
  functions?: Parameters<typeof setUp>[0];
  /** What is done before, a second after the start. */
  before?: (lab: Laboratory, token: string) => Promise<unknown>;
  /** The second at which it stands; before anything has happened at all where there is none. */
  at?: number;
  /** How it ends, and in which second. */
  ends: [outcome: unknown, at: number];
};

const cases: Record<string, Case> = {
  "before its first state": { machine: { A: wait(10) }, ends: [{}, 10] },
  "in a Wait of seconds": { machine: { A: wait(100) }, at: 40, ends: [{}, 100] },
  "in a Wait until a moment": {
    machine: { A: { Type: "Wait", Timestamp: "2026-01-01T00:01:30Z", End: true } },
    at: 40,
    ends: [{}, 90],
  },
  "in a Wait inside of its own time limit": {
    machine: { A: wait(100) },
    top: { TimeoutSeconds: 60 },
    at: 40,
    ends: ["TIMED_OUT", 60],
  },
  "before a retry": {
    machine: {
      A: task("f", {
        Retry: [{ ErrorEquals: ["Busy"], IntervalSeconds: 30, MaxAttempts: 2 }],
        Catch: [{ ErrorEquals: ["Busy"], Output: "{% $states.errorOutput.Error %}", Next: "B" }],
        End: true,
      }),
      B: { Type: "Succeed" },
    },
    functions: { f: busy },
    at: 35,
    ends: ["Busy", 90],
  },
  "before a retry after a random time": {
    machine: {
      A: task("f", {
        Retry: [
          { ErrorEquals: ["Busy"], IntervalSeconds: 90, MaxAttempts: 1, JitterStrategy: "FULL" },
        ],
        End: true,
      }),
    },
    functions: { f: busy },
    at: 1,
    ends: ["Busy", 67.015],
  },
  "waiting for a token, with a heartbeat that was renewed": {
    machine: { A: token({ HeartbeatSeconds: 30, TimeoutSeconds: 500, End: true }) },
    functions: { ask: () => null },
    before: ({ states }, taskToken) => states("SendTaskHeartbeat", { taskToken }),
    at: 20,
    ends: ["States.Timeout", 31],
  },
  "waiting for a token, with a time limit": {
    machine: { A: token({ TimeoutSeconds: 50, End: true }) },
    functions: { ask: () => null },
    at: 20,
    ends: ["States.Timeout", 50],
  },
  "with an answer to a token that was taken": {
    machine: { A: token({ TimeoutSeconds: 50, End: true }) },
    functions: { ask: () => null },
    before: ({ states }, taskToken) =>
      states("SendTaskSuccess", { taskToken, output: '"answered"' }),
    at: 1,
    ends: ["answered", 1],
  },
  "with a failure of a token that was taken": {
    machine: { A: token({ TimeoutSeconds: 50, End: true }) },
    functions: { ask: () => null },
    before: ({ states }, taskToken) => states("SendTaskFailure", { taskToken, error: "Bad" }),
    at: 1,
    ends: ["Bad", 1],
  },
  "half-way through a Parallel": {
    machine: {
      A: {
        Type: "Parallel",
        Branches: [
          processor({ B: wait(10, { Next: "C" }), C: wait(20) }),
          processor({ D: wait(40) }),
          processor({ E: { Type: "Pass", End: true, Output: "e" } }),
        ],
        End: true,
      },
    },
    at: 15,
    ends: [[{}, {}, "e"], 40],
  },
  "half-way through a Map": {
    machine: {
      A: {
        Type: "Map",
        Items: [5, 10, 15, 20, 25],
        MaxConcurrency: 2,
        ItemSelector: { seconds: "{% $states.context.Map.Item.Value %}" },
        ItemProcessor: processor({
          B: wait("{% $states.input.seconds %}", {
            Output: "{% $states.context.Map.Item.Index %}",
            End: true,
          }),
        }),
        End: true,
      },
    },
    at: 12,
    ends: [[0, 1, 2, 3, 4], 45],
  },
  "half-way through a Map that bears failures": {
    machine: {
      A: {
        Type: "Map",
        Items: [1, 2, 3],
        MaxConcurrency: 1,
        ToleratedFailureCount: 1,
        ItemProcessor: processor({ B: wait(10, { Next: "F" }), F: { Type: "Fail", Error: "Bad" } }),
        End: true,
      },
    },
    at: 15,
    ends: ["States.ExceedToleratedFailureThreshold", 20],
  },
  "waiting for another execution": {
    machine: { A: sync() },
    inner: { W: wait(30) },
    at: 20,
    ends: ["SUCCEEDED", 30],
  },
  "waiting for another execution, longer than it may": {
    machine: { A: sync({ TimeoutSeconds: 25, End: true }) },
    inner: { W: wait(30) },
    at: 20,
    ends: ["States.Timeout", 25],
  },
};

const stand = async ({ machine, top, inner, functions, before, at }: Case) => {
  const lab = setUp(functions);
  const journal = lab.journal();
  if (inner) await lab.create(inner, {}, "inner");
  const arn = await lab.start(await lab.create(machine, top), {}, "x");
  const done = 1000;
  if (before) {
    await lab.clock.advance(done);
    await before(lab, lab.calls[0]?.payload.token);
  }
  if (at !== undefined) await lab.clock.advance(at * 1000 - (before ? done : 0));
  return { lab, journal, arn };
};

/** All that is left of an execution's way, to be compared: what happened and when. */
const endOf = async (lab: Laboratory, arn: string) => {
  await lab.clock.advance(3600_000);
  const { status, output, error, startDate, stopDate } = await lab.look(arn);
  const outcome = output === undefined ? (error ?? status) : JSON.parse(output);
  const events = (await lab.history(arn)).map(({ type, timestamp }) => `${timestamp} ${type}`);
  return {
    ends: [outcome, Math.round((stopDate - startDate) * 1000) / 1000],
    events: events.sort(),
  };
};

describe.each(Object.entries(cases))("an execution %s", (_, given) => {
  it.each(["forked", "reopened"])("goes on when it is %s, and so does the first", async (how) => {
    const { lab, journal, arn } = await stand(given);
    const before = json(await lab.history(arn));
    const second = await (how === "forked" ? lab.fork(7) : journal(7));
    const [callsBefore, eventsBefore] = [lab.calls.length, lab.events.length];
    const there = await endOf(second, arn);
    expect(there.ends).toEqual(given.ends);
    expect(json(await lab.history(arn))).toBe(before);
    const here = await endOf(lab, arn);
    expect(here).toEqual(there);
    const left = ({ calls, events }: Laboratory, from: [number, number]) => [
      calls.slice(from[0]).map(({ name, at }) => [name, at]),
      events.slice(from[1]).map(({ Detail }) => JSON.parse(Detail).status),
    ];
    expect(left(second, [0, 0])).toEqual(left(lab, [callsBefore, eventsBefore]));
  });

  it("can be forked at each decision of its way", async () => {
    const { lab, arn } = await stand(given);
    const forks: ReturnType<typeof endOf>[] = [];
    await lab.clock.runUntil(async () => {
      forks.push(lab.fork(forks.length).then((second) => endOf(second, arn)));
      return (await lab.look(arn)).status !== "RUNNING";
    });
    const here = await endOf(lab, arn);
    for (const there of await Promise.all(forks)) expect(there).toEqual(here);
  });

  it("goes the same way twice with the same seed", async () => {
    const { lab } = await stand(given);
    const trace = async () => {
      const { clock, facts, calls, events } = await lab.fork(3);
      await clock.advance(3600_000);
      return json([facts, calls, events]);
    };
    expect(await trace()).toBe(await trace());
  });
});

describe("a call under way", () => {
  const slow = { A: task("f", { TimeoutSeconds: 100, End: true }) };
  const types = async (lab: Laboratory, arn: string) =>
    (await lab.history(arn)).map(({ type }) => type);
  const whole = [
    "ExecutionStarted",
    "TaskStateEntered",
    "TaskScheduled",
    "TaskStarted",
    "TaskSucceeded",
    "TaskStateExited",
    "ExecutionSucceeded",
  ];

  it("is made again with the same payload, in the same attempt", async () => {
    const lab = setUp({ f: never });
    const machine = {
      A: { ...slow.A, Arguments: { FunctionName: "f", Payload: "{% $uuid() %}" } },
    };
    const arn = await lab.start(await lab.create(machine));
    await lab.clock.advance(5000);
    const second = await lab.fork(2, { f: () => "late" });
    expect((await second.finished(arn)).output.Payload).toBe("late");
    expect(second.calls).toEqual([{ ...lab.calls[0], at: second.clock.now() }]);
    expect(await types(second, arn)).toEqual(whole);
  });

  it("has the rest of its time, no more", async () => {
    const lab = setUp({ f: never });
    const arn = await lab.start(await lab.create(slow));
    await lab.clock.advance(60_000);
    const second = await lab.fork();
    const { error, startDate, stopDate } = await second.finished(arn);
    expect([error, stopDate - startDate]).toEqual(["States.Timeout", 100]);
    expect(second.calls).toHaveLength(1);
  });

  it("is not made again where its answer is awaited under a token", async () => {
    const lab = setUp({ ask: () => null });
    const arn = await lab.start(await lab.create({ A: token() }));
    await lab.clock.advance(1000);
    const second = await lab.fork();
    await second.clock.advance(1000);
    const { token: taskToken } = lab.calls[0]?.payload ?? {};
    await second.states("SendTaskSuccess", { taskToken, output: "1" });
    expect((await second.finished(arn)).output).toBe(1);
    expect(second.calls).toEqual([]);
    expect((await lab.look(arn)).status).toBe("RUNNING");
  });

  it("is made again under the same token where the function had not answered", async () => {
    const lab = setUp({ ask: never });
    const arn = await lab.start(await lab.create({ A: token() }));
    await lab.clock.advance(1000);
    const second = await lab.fork(2, { ask: () => null });
    await second.clock.advance(1000);
    expect(second.calls.map(({ payload }) => payload)).toEqual([lab.calls[0]?.payload]);
    await second.states("SendTaskSuccess", { taskToken: lab.calls[0]?.payload.token, output: "1" });
    expect((await second.finished(arn)).output).toBe(1);
  });

  it("finds the execution that it started, although that has ended and nobody was told", async () => {
    const lab = setUp();
    await lab.create({ W: wait(10) }, {}, "inner");
    const lose = lab.cloud.guard(async (call, next) => {
      const answer = await next(call);
      return call.operation === "StartExecution" && call.caller.name === "machine"
        ? never()
        : answer;
    });
    const arn = await lab.start(await lab.create({ A: sync() }));
    await lab.clock.advance(60_000);
    lose();
    const second = await lab.fork();
    expect((await second.finished(arn)).output).toBe("SUCCEEDED");
    const children = await second.states("ListExecutions", { stateMachineArn: INNER });
    expect(children.executions).toHaveLength(1);
    expect(await types(second, arn)).toEqual([
      ...whole.slice(0, 4),
      "TaskSubmitted",
      ...whole.slice(4),
    ]);
  });

  it("changes nothing when its answer comes after a restart", async () => {
    const answers: ((value: unknown) => void)[] = [];
    const lab = setUp({ f: () => new Promise((resolve) => answers.push(resolve)) });
    const arn = await lab.start(await lab.create(slow));
    await lab.clock.advance(5000);
    await lab.cloud.restart(() => {});
    await lab.clock.advance(5000);
    answers[0]?.("of the first life");
    await lab.clock.advance(5000);
    expect((await lab.look(arn)).status).toBe("RUNNING");
    answers[1]?.("of the second");
    expect((await lab.finished(arn)).output.Payload).toBe("of the second");
    expect(await types(lab, arn)).toEqual(whole);
  });

  it("leaves nothing planned where everything has stopped", async () => {
    const lab = setUp({ f: never, ask: () => null });
    const machine = await lab.create({
      P: {
        Type: "Parallel",
        Branches: [
          processor(slow),
          processor({ T: token({ HeartbeatSeconds: 50, End: true }) }),
          processor({ W: wait(30) }),
        ],
        End: true,
      },
    });
    await lab.start(machine);
    await lab.clock.advance(1000);
    await lab.start(machine);
    lab.cloud.stop();
    expect(lab.planned()).toBe(0);
  });
});
