import { describe, expect, it } from "vitest";
import { json, type Laboratory, type Loose, setUp, task, thrown } from "./testing/laboratory.ts";

const never = () => new Promise(() => {});
const busy = () => {
  throw thrown("Busy");
};
const token = (rest: object = { End: true }) => ({
  Type: "Task",
  Resource: "arn:aws:states:::lambda:invoke.waitForTaskToken",
  Arguments: { FunctionName: "ask", Payload: { token: "{% $states.context.Task.Token %}" } },
  ...rest,
});
const INNER = "arn:aws:states:us-east-1:123456789012:stateMachine:inner";
const sync = (rest: object = { End: true }) => ({
  Type: "Task",
  Resource: "arn:aws:states:::states:startExecution.sync:2",
  Arguments: { StateMachineArn: INNER },
  Output: "{% $states.result.Status %}",
  ...rest,
});
const wait = (Seconds: unknown, rest: object = { End: true }) => ({
  Type: "Wait",
  Seconds,
  ...rest,
});
const processor = (States: object) => ({
  ProcessorConfig: { Mode: "INLINE" },
  StartAt: Object.keys(States)[0],
  States,
});

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
    ends: ["Busy", 47.47],
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

describe("a kill", () => {
  const Retry = [{ ErrorEquals: ["Busy"], IntervalSeconds: 2 }];
  const machine = {
    Reserve: task("reserve", {
      Assign: { held: "{% $states.result.Payload %}" },
      Output: { n: 2 },
      Next: "Authorize",
    }),
    Authorize: token({ TimeoutSeconds: 300, HeartbeatSeconds: 200, Next: "Choose" }),
    Choose: {
      Type: "Choice",
      Choices: [{ Condition: "{% $held = 'nothing' %}", Next: "Done" }],
      Default: "Both",
    },
    Both: {
      Type: "Parallel",
      Branches: [
        processor({ Flaky: task("flaky", { Retry, Next: "After" }), After: wait(1) }),
        processor({ Rest: wait(3) }),
      ],
      Next: "Each",
    },
    Each: {
      Type: "Map",
      Items: [1, 2, 3],
      MaxConcurrency: 2,
      ItemSelector: { n: "{% $states.context.Map.Item.Value %}" },
      ItemProcessor: processor({
        Pack: task("pack", { Output: "{% $states.result.Payload.n %}", End: true }),
      }),
      Assign: { packed: "{% $sum($states.result) %}" },
      Next: "Child",
    },
    Child: sync({ Next: "Broken" }),
    Broken: task("broken", {
      Catch: [
        {
          ErrorEquals: ["Bad"],
          Assign: { why: "{% $states.errorOutput.Error %}" },
          Output: {},
          Next: "Done",
        },
      ],
      Next: "Done",
    }),
    Done: {
      Type: "Succeed",
      Output: { held: "{% $held %}", packed: "{% $packed %}", why: "{% $why %}" },
    },
  };
  const output = { held: "stock", packed: 6, why: "Bad" };
  const answerLater = ({ clock, call }: Laboratory["cloud"], taskToken: string) =>
    clock.after(500, "provider", () =>
      call({
        caller: { name: "provider", role: "provider" },
        service: "states",
        operation: "SendTaskSuccess",
        input: { taskToken, output: "{}" },
      }).catch(() => {}),
    );
  const functions = {
    reserve: () => "stock",
    ask: (payload: Loose, _: number, world: Loose) => void answerLater(world, payload.token),
    flaky: (_: Loose, __: number, { clock }: Loose) => {
      // Busy for its first three seconds.
      if (clock.now() < Date.UTC(2026, 0, 1, 0, 0, 3)) throw thrown("Busy");
    },
    pack: (payload: Loose) => payload,
    broken: () => {
      throw thrown("Bad");
    },
  };
  const typesOf = async (lab: Laboratory, arn: string) =>
    (await lab.history(arn))
      .map(({ type, stateEnteredEventDetails }) => [type, stateEnteredEventDetails?.name].join(" "))
      .sort();

  const begin = async (heard: (reopen: ReturnType<Laboratory["journal"]>) => void) => {
    const lab = setUp(functions);
    const reopen = lab.journal(() => heard(reopen));
    await lab.create({ W: wait(4) }, {}, "inner");
    const arn = await lab.start(await lab.create(machine), {}, "x");
    return { lab, arn };
  };
  /** Runs what was killed to its end, the provider answering what it was asked before. */
  const goOn = async (next: Laboratory, arn: string, asked: Laboratory["calls"]) => {
    for (const { name, payload } of asked)
      if (name === "ask") answerLater(next.cloud, payload.token);
    const { output, status } = await next.finished(arn);
    await next.clock.advance(60_000);
    return { output, status, types: await typesOf(next, arn) };
  };

  it("at any decision of the clock costs nothing that was done", async () => {
    const { lab, arn } = await begin(() => {});
    const ends: Awaited<ReturnType<typeof goOn>>[] = [];
    await lab.clock.runUntil(async () => {
      ends.push(await goOn(await lab.fork(ends.length), arn, lab.calls));
      return (await lab.look(arn)).status !== "RUNNING";
    });
    const types = await typesOf(lab, arn);
    expect(ends.length).toBeGreaterThan(25);
    for (const end of ends) expect(end).toEqual({ output, status: "SUCCEEDED", types });
  });

  it("in the middle of a decision costs nothing that was done", async () => {
    const { lab, arn } = await begin(() => {});
    const ends: Promise<Awaited<ReturnType<typeof goOn>>>[] = [];
    const seen = new Set<string>();
    const look = async () => {
      for (let tick = 0; tick < 50; tick++) {
        const now = json(lab.cloud.keeper.parts.get("states.executions")?.get(arn));
        const asked = [...lab.calls];
        if (!seen.has(now)) ends.push(lab.fork(ends.length).then((next) => goOn(next, arn, asked)));
        seen.add(now);
        await undefined;
      }
    };
    const { after } = lab.clock;
    lab.clock.after = (ms, label, plan) =>
      after(ms, label, () => {
        void look();
        return plan();
      });
    lab.cloud.observe(() => void look());
    lab.cloud.guard(async (call, next) => {
      const answer = await next(call);
      void look();
      return answer;
    });
    await lab.finished(arn);
    const types = await typesOf(lab, arn);
    expect(ends.length).toBeGreaterThan(50);
    for (const end of await Promise.all(ends))
      expect(end).toEqual({ output, status: "SUCCEEDED", types });
  });

  it("after any line of the journal costs nothing that was done", async () => {
    const ends: Promise<Awaited<ReturnType<typeof goOn>>>[] = [];
    let killed = (_: ReturnType<Laboratory["journal"]>) => {};
    const { lab, arn } = await begin((reopen) => killed(reopen));
    killed = (reopen) => {
      const asked = [...lab.calls];
      ends.push(reopen(ends.length).then((next) => goOn(next, arn, asked)));
    };
    await lab.finished(arn);
    const types = await typesOf(lab, arn);
    expect(ends.length).toBeGreaterThan(30);
    for (const end of await Promise.all(ends))
      expect(end).toEqual({ output, status: "SUCCEEDED", types });
  });
});

describe("what is kept of an execution", () => {
  it("does not grow with its history, and has no definition", async () => {
    const lab = setUp();
    const machine = {
      A: wait(1, { Comment: "x".repeat(5000), Next: "B" }),
      B: { Type: "Choice", Choices: [{ Condition: false, Next: "C" }], Default: "A" },
      C: { Type: "Succeed" },
    };
    const arn = await lab.start(await lab.create(machine));
    const sizeAt = async (ms: number) => {
      await lab.clock.advance(ms);
      return json(lab.cloud.keeper.parts.get("states.executions")?.get(arn)).length;
    };
    const early = await sizeAt(10_500);
    expect(early).toBeLessThan(1000);
    expect(await sizeAt(600_000)).toBeLessThan(early + 10);
  });

  it("is shared by snapshots once it has ended, and a redrive changes none of them", async () => {
    const lab = setUp({ f: busy });
    const arn = await lab.start(await lab.create({ A: task("f") }));
    const before = await lab.finished(arn);
    const events = json(await lab.history(arn));
    const second = await lab.fork(2, { f: () => 1 });
    expect(second.cloud.keeper.parts.get("states.executions")?.get(arn)).toBe(
      lab.cloud.keeper.parts.get("states.executions")?.get(arn),
    );
    await second.states("RedriveExecution", { executionArn: arn, clientToken: "t" });
    const third = await second.fork(3);
    expect((await third.finished(arn)).status).toBe("SUCCEEDED");
    const again = await third.states("RedriveExecution", { executionArn: arn, clientToken: "t" });
    expect(again.redriveDate).toBe((await second.look(arn)).redriveDate);
    expect((await second.look(arn)).status).toBe("RUNNING");
    expect(await lab.finished(arn)).toEqual(before);
    expect(json(await lab.history(arn))).toBe(events);
  });

  it("is enough to go on at a boot that gives the machine another definition", async () => {
    const passing = (Output: number) => ({
      A: wait(60, { Next: "B" }),
      B: { Type: "Succeed", Output },
    });
    const lab = setUp();
    const stateMachineArn = await lab.create(passing(1));
    const written: string[] = [];
    lab.cloud.keeper.record((changes) => written.push(json(changes)));
    const arn = await lab.start(stateMachineArn, {}, "x");
    await lab.clock.advance(1000);
    const next = setUp();
    await next.create(passing(2));
    await next.cloud.restart(({ parts }) => {
      for (const [part, key, value] of written.flatMap((text) => JSON.parse(text)))
        parts.get(part)?.apply(key, value);
    });
    expect((await next.finished(arn)).output).toBe(1);
    expect((await next.finished(await next.start(stateMachineArn))).output).toBe(2);
    const parts = written.flatMap((text) => JSON.parse(text)).map(([part]) => part);
    await lab.start(stateMachineArn, {}, "y");
    expect(parts.filter((part) => part === "states.definitions")).toHaveLength(1);
  });

  it("has the definition of its start when the machine has another one since", async () => {
    const lab = setUp();
    const stateMachineArn = await lab.create({
      A: wait(60, { Next: "B" }),
      B: { Type: "Pass", Output: 1, End: true },
    });
    const arn = await lab.start(stateMachineArn);
    const other = {
      QueryLanguage: "JSONata",
      StartAt: "C",
      States: { C: { Type: "Pass", Output: 2, End: true } },
    };
    await lab.states("UpdateStateMachine", { stateMachineArn, definition: json(other) });
    const second = await lab.fork();
    expect((await second.finished(arn)).output).toBe(1);
    expect((await second.finished(await second.start(stateMachineArn))).output).toBe(2);
  });
});
