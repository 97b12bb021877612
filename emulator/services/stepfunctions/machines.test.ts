import { describe, expect, it } from "vitest";
import { json, setUp } from "./testing/laboratory.ts";

const done = { Type: "Succeed" };
const pass = { Type: "Pass", End: true };

describe("CreateStateMachine", () => {
  const roleArn = "arn:aws:iam::123456789012:role/r";
  const definition = json({ QueryLanguage: "JSONata", StartAt: "A", States: { A: pass } });

  it("answers what is wrong with a definition in AWS's words", async () => {
    const { states } = setUp();
    const bad = states("CreateStateMachine", { name: "m", definition: '{"StartAt":"A"}', roleArn });
    await expect(bad).rejects.toMatchObject({
      code: "InvalidDefinition",
      message:
        "Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: These fields are required: [States] at /'",
    });
  });

  it("answers the same again, and refuses another definition under the name", async () => {
    const { states, clock } = setUp();
    const first = await states("CreateStateMachine", { name: "m", definition, roleArn });
    await clock.advance(5000);
    expect(await states("CreateStateMachine", { name: "m", definition, roleArn })).toEqual(first);
    const other = states("CreateStateMachine", {
      name: "m",
      definition: `${definition} `,
      roleArn,
    });
    await expect(other).rejects.toMatchObject({ code: "StateMachineAlreadyExists" });
  });

  it("refuses a name with a space, an express machine and a role that is none", async () => {
    const { states } = setUp();
    const create = (more: object) =>
      states("CreateStateMachine", { name: "m", definition, roleArn, ...more });
    await expect(create({ name: "a b" })).rejects.toMatchObject({ code: "InvalidName" });
    await expect(create({ type: "EXPRESS" })).rejects.toMatchObject({ code: "NotEmulated" });
    await expect(create({ roleArn: "r" })).rejects.toMatchObject({ code: "InvalidArn" });
  });

  it("keeps tags, and describes and lists what was made", async () => {
    const { states } = setUp();
    const tags = [{ key: "stage", value: "local" }];
    const { stateMachineArn } = await states("CreateStateMachine", {
      name: "m",
      definition,
      roleArn,
      tags,
    });
    expect(await states("DescribeStateMachine", { stateMachineArn })).toMatchObject({
      name: "m",
      definition,
      roleArn,
      status: "ACTIVE",
      type: "STANDARD",
    });
    expect(await states("ListTagsForResource", { resourceArn: stateMachineArn })).toEqual({ tags });
    expect((await states("ListStateMachines", {})).stateMachines).toMatchObject([{ name: "m" }]);
  });
});

describe("UpdateStateMachine", () => {
  it("changes what starts later, and not what is under way", async () => {
    const { states, create, start, finished, clock } = setUp();
    const wait = { Type: "Wait", Seconds: 10, Next: "B" };
    const machine = await create({ A: wait, B: { Type: "Succeed", Output: "old" } });
    const old = await start(machine);
    await clock.advance(1000);
    const B = { Type: "Succeed", Output: "new" };
    const definition = json({ QueryLanguage: "JSONata", StartAt: "A", States: { A: wait, B } });
    await states("UpdateStateMachine", { stateMachineArn: machine, definition });
    const young = await start(machine);
    expect((await finished(old)).output).toBe("old");
    expect((await finished(young)).output).toBe("new");
    const described = await states("DescribeStateMachineForExecution", { executionArn: old });
    expect(described.definition).toContain("old");
  });
});

describe("DeleteStateMachine", () => {
  it("ends what runs at its next transition, and is then gone", async () => {
    const { states, create, start, look, clock } = setUp();
    const machine = await create({ A: { Type: "Wait", Seconds: 10, Next: "B" }, B: done });
    const execution = await start(machine);
    await clock.advance(1000);
    await states("DeleteStateMachine", { stateMachineArn: machine });
    const more = states("StartExecution", { stateMachineArn: machine });
    await expect(more).rejects.toMatchObject({ code: "StateMachineDeleting" });
    await clock.advance(10_000);
    expect((await look(execution)).status).toBe("ABORTED");
    const gone = states("DescribeStateMachine", { stateMachineArn: machine });
    await expect(gone).rejects.toMatchObject({ code: "StateMachineDoesNotExist" });
  });
});

describe("ValidateStateMachineDefinition", () => {
  it("answers as many diagnostics as it may, and says that there are more", async () => {
    const { states } = setUp();
    const States = { A: { ...pass, Foo: 1, Bar: 2 } };
    const bad = json({ QueryLanguage: "JSONata", StartAt: "A", States });
    const validate = (more: object) =>
      states("ValidateStateMachineDefinition", { definition: bad, ...more });
    expect(await validate({ maxResults: 1 })).toMatchObject({
      result: "FAIL",
      diagnostics: [{ message: "Field 'Foo' is not supported", location: "/States/A" }],
      truncated: true,
    });
    expect(await validate({})).toMatchObject({ truncated: false });
    await expect(validate({ maxResults: 101 })).rejects.toMatchObject({
      code: "ValidationException",
    });
  });

  it("takes a definition of a megabyte, no more", async () => {
    const { states } = setUp();
    const long = json({ Comment: "x".repeat(1024 * 1024) });
    await expect(
      states("ValidateStateMachineDefinition", { definition: long }),
    ).rejects.toMatchObject({
      code: "ValidationException",
      message:
        "1 validation error detected: Value at 'definition' failed to satisfy constraint: Member must have length less than or equal to 1048576",
    });
  });

  it("answers the diagnostics", async () => {
    const { states } = setUp();
    const validate = (definition: string) =>
      states("ValidateStateMachineDefinition", { definition });
    expect(await validate("{}")).toEqual({
      result: "FAIL",
      diagnostics: [
        {
          severity: "ERROR",
          code: "SCHEMA_VALIDATION_FAILED",
          message: "These fields are required: [States, StartAt]",
          location: "/",
        },
      ],
      truncated: false,
    });
  });
});
