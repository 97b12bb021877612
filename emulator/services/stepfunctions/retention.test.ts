import { describe, expect, it } from "vitest";
import { KEPT_WHOLE } from "./retention.ts";
import { json, type Laboratory, setUp, task, thrown } from "./testing/laboratory.ts";
import { wait } from "./testing/states.ts";

const pass = { A: { Type: "Pass", End: true } };
const DAY = 24 * 3600_000;

/** Lets so many executions of a machine end, one after another. */
const run = async (lab: Laboratory, machine: string, count: number, name: string) => {
  for (let i = 0; i < count; i += 1) {
    await lab.start(machine, { i }, `${name}-${i}`);
    await lab.clock.advance(1);
  }
};
const keys = (lab: Laboratory, part: string) => [
  ...(lab.cloud.keeper.parts.get(part)?.keys() ?? []),
];
const arnOf = (name: string) => `arn:aws:states:us-east-1:123456789012:execution:machine:${name}`;

describe("an execution that ended before a thousand others of its kind", () => {
  const old = async () => {
    const lab = setUp();
    const machine = await lab.create(pass);
    await run(lab, machine, 1, "old");
    await run(lab, machine, KEPT_WHOLE, "new");
    return { lab, machine, arn: arnOf("old-0") };
  };
  const code = (call: Promise<unknown>) =>
    call.then(
      () => "",
      (error) => error.code,
    );

  it("has no history any more, and says why", async () => {
    const { lab, arn } = await old();
    const { states } = lab;
    await expect(states("GetExecutionHistory", { executionArn: arn })).rejects.toMatchObject({
      code: "ExecutionDoesNotExist",
      message: expect.stringContaining(
        `keeps the histories of the newest ${KEPT_WHOLE} executions that succeeded`,
      ),
    });
    expect(await code(states("DescribeStateMachineForExecution", { executionArn: arn }))).toBe(
      "ExecutionDoesNotExist",
    );
    expect(await code(states("RedriveExecution", { executionArn: arn }))).toBe(
      "ExecutionNotRedrivable",
    );
    expect(await lab.history(arnOf("new-0"))).toHaveLength(4);
    expect(keys(lab, "states.histories")).toHaveLength(4 * KEPT_WHOLE);
    expect(keys(lab, "states.executions")).toHaveLength(KEPT_WHOLE);
  });

  it("keeps its name, its status and its times", async () => {
    const { lab, machine, arn } = await old();
    const started = Date.UTC(2026, 0, 1) / 1000;
    const known = {
      executionArn: arn,
      stateMachineArn: machine,
      name: "old-0",
      status: "SUCCEEDED",
    };
    const described = await lab.look(arn);
    expect(described).toMatchObject({
      ...known,
      startDate: started,
      stopDate: started,
      inputDetails: { included: false },
      redriveStatus: "NOT_REDRIVABLE",
    });
    expect(described).not.toHaveProperty("input");
    expect(await code(lab.start(machine, { i: 0 }, "old-0"))).toBe("ExecutionAlreadyExists");
    expect(await lab.states("StopExecution", { executionArn: arn })).toEqual({ stopDate: started });
    const listed: string[] = [];
    let nextToken: string | undefined;
    do {
      const page = await lab.states("ListExecutions", {
        stateMachineArn: machine,
        maxResults: 1000,
        ...(nextToken && { nextToken }),
      });
      listed.push(...page.executions.map(({ name }: { name: string }) => name));
      nextToken = page.nextToken;
    } while (nextToken);
    expect(listed).toHaveLength(KEPT_WHOLE + 1);
    expect([listed[0], listed.at(-1)]).toEqual([`new-${KEPT_WHOLE - 1}`, "old-0"]);
  });

  it("is the same in a fork and after a restart", async () => {
    const lab = setUp();
    const reopen = lab.journal();
    const machine = await lab.create(pass);
    await run(lab, machine, KEPT_WHOLE + 2, "x");
    const kept = (one: Laboratory) =>
      ["states.executions", "states.closed", "states.histories"].map((part) => keys(one, part));
    const before = kept(lab);
    expect(before.map(({ length }) => length)).toEqual([KEPT_WHOLE, 2, 4 * KEPT_WHOLE]);
    for (const next of [await lab.fork(), await reopen()]) {
      expect(kept(next).map((names) => names.toSorted())).toEqual(
        before.map((names) => names.toSorted()),
      );
      expect(await next.history(arnOf("x-2"))).toEqual(await lab.history(arnOf("x-2")));
      await run(next, machine, 1, "y");
      expect(await code(next.states("GetExecutionHistory", { executionArn: arnOf("x-2") }))).toBe(
        "ExecutionDoesNotExist",
      );
    }
    expect(kept(lab)).toEqual(before);
  });
});

it("what failed does not give way to what succeeds, and can be redriven", async () => {
  let up = false;
  const lab = setUp({
    f: () => {
      if (!up) throw thrown("Down");
      return 1;
    },
  });
  const failing = await lab.start(await lab.create({ A: task("f") }, {}, "other"), { a: 1 });
  expect((await lab.finished(failing)).status).toBe("FAILED");
  await run(lab, await lab.create(pass), KEPT_WHOLE + 1, "x");
  expect(await lab.look(failing)).toMatchObject({ error: "Down", input: json({ a: 1 }) });
  up = true;
  await lab.states("RedriveExecution", { executionArn: failing });
  expect((await lab.finished(failing)).status).toBe("SUCCEEDED");
  expect((await lab.history(failing)).map(({ type }) => type)).toContain("ExecutionRedriven");
});

it("an execution is forgotten ninety days after its end, when another ends", async () => {
  const lab = setUp();
  const machine = await lab.create(pass);
  await run(lab, machine, 1, "old");
  const long = await lab.start(await lab.create({ W: wait(95 * 24 * 3600) }, {}, "long"));
  await lab.clock.advance(90 * DAY);
  await run(lab, machine, 1, "later");
  expect((await lab.look(arnOf("old-0"))).status).toBe("SUCCEEDED");
  await lab.clock.advance(DAY);
  await run(lab, machine, 1, "last");
  await expect(lab.look(arnOf("old-0"))).rejects.toMatchObject({ code: "ExecutionDoesNotExist" });
  expect((await lab.look(long)).status).toBe("RUNNING");
  await lab.start(machine, { i: 0 }, "old-0");
});
