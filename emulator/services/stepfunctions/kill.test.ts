import { describe, expect, it } from "vitest";
import { json, type Laboratory, type Loose, setUp, task, thrown } from "./testing/laboratory.ts";
import { processor, sync, token, wait } from "./testing/states.ts";

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
