import { describe, expect, it } from "vitest";
import { readDefinition } from "./definition.ts";
import { json, type Loose, setUp } from "./testing/laboratory.ts";

/** What is wrong with a machine: the messages, each with its place. */
const problems = (states: Loose, top: object = {}) => {
  const StartAt = Object.keys(states)[0];
  const read = readDefinition(json({ QueryLanguage: "JSONata", StartAt, States: states, ...top }));
  return "workflow" in read
    ? []
    : read.diagnostics.map(
        ({ message, location }) => message + (location ? ` at ${location}` : ""),
      );
};
const done = { Type: "Succeed" };
const lambda = { Type: "Task", Resource: "arn:aws:states:::lambda:invoke", End: true };
const pass = { Type: "Pass", End: true };

describe("a definition", () => {
  it.each<[string, Loose, string]>([
    [
      "a target that is not there",
      { A: { Type: "Choice", Choices: [{ Condition: true, Next: "C" }], Default: "B" }, C: done },
      "Missing 'Next' target: B at /States/A/Default",
    ],
    [
      "a state that nothing leads to",
      { A: pass, B: done },
      'State "B" is not reachable. at /States/B',
    ],
    [
      "a state with no way on",
      { A: { Type: "Pass", Next: "B", End: true }, B: done },
      "Exactly one of 'Next' and 'End' is required at /States/A",
    ],
    [
      "a way without an end",
      { A: { Type: "Pass", Next: "B" }, B: { Type: "Pass", Next: "A" } },
      "Workflow has no terminal state",
    ],
    [
      "a type that is none",
      { A: { Type: "Pause", End: true } },
      "Value 'Pause' is not a state type at /States/A/Type",
    ],
    [
      "a field of the other dialect",
      { A: { ...pass, ResultPath: "$" } },
      "The QueryLanguage is set to 'JSONata', but field 'ResultPath' is only supported for the 'JSONPath' QueryLanguage at /States/A",
    ],
    [
      "a field of another state",
      { A: { ...pass, TimeoutSeconds: 5 } },
      "Field 'TimeoutSeconds' is not supported at /States/A",
    ],
    [
      "a dialect of its own inside a Map",
      {
        A: {
          Type: "Map",
          ItemProcessor: { QueryLanguage: "JSONata", StartAt: "B", States: { B: pass } },
          End: true,
        },
      },
      "Field 'QueryLanguage' is not supported at /States/A/ItemProcessor",
    ],
    [
      "a task without a resource",
      { A: { Type: "Task", End: true } },
      "These fields are required: [Resource] at /States/A",
    ],
    [
      "States.ALL before another catcher",
      {
        A: {
          ...lambda,
          Catch: [
            { ErrorEquals: ["States.ALL"], Next: "B" },
            { ErrorEquals: ["X"], Next: "B" },
          ],
        },
        B: done,
      },
      "States.ALL must stand alone, and last at /States/A/Catch[0]/ErrorEquals",
    ],
    [
      "States.ALL beside another error",
      { A: { ...lambda, Retry: [{ ErrorEquals: ["States.ALL", "X"] }] } },
      "States.ALL must stand alone, and last at /States/A/Retry[0]/ErrorEquals",
    ],
    [
      "a greatest delay below the first",
      { A: { ...lambda, Retry: [{ ErrorEquals: ["X"], IntervalSeconds: 9, MaxDelaySeconds: 5 }] } },
      "MaxDelaySeconds must be greater than IntervalSeconds at /States/A/Retry[0]",
    ],
    [
      "a heartbeat longer than the task",
      { A: { ...lambda, TimeoutSeconds: 5, HeartbeatSeconds: 5 } },
      "HeartbeatSeconds must be smaller than TimeoutSeconds at /States/A",
    ],
    [
      "a time that is no whole number",
      { A: { ...lambda, TimeoutSeconds: 1.5 } },
      "Value 1.5 is not an integer from 1 to 99999999 at /States/A/TimeoutSeconds",
    ],
    [
      "an expression that does not parse",
      { A: { ...pass, Output: "{% 1 + %}" } },
      "Unexpected end of expression at /States/A/Output",
    ],
    [
      "braces that do not span an expression",
      { A: { ...pass, Output: { a: " {% 1 %}" } } },
      "A JSONata expression must begin with '{%' and end with '%}' at /States/A/Output/a",
    ],
    [
      "a name that stands for nothing",
      { A: { ...pass, Output: "{% $sum(lines.price) %}" } },
      "Reference to 'lines' at the top level is not supported. at /States/A/Output",
    ],
    [
      "a name that stands for nothing in a function",
      { A: { ...pass, Output: "{% $map($states.input.a, function($x){ b }) %}" } },
      "Reference to 'b' at the top level is not supported. at /States/A/Output",
    ],
    [
      "the dollar that stands for nothing",
      { A: { ...pass, Output: "{% $.a %}" } },
      "Reference to '$' at the top level is not supported. at /States/A/Output",
    ],
    [
      "the two dollars that stand for nothing",
      { A: { ...pass, Output: "{% $$ %}" } },
      "Reference to '$$' is not supported. at /States/A/Output",
    ],
    [
      "a result where there is none yet",
      { A: { ...lambda, Arguments: { a: "{% $states.result.x %}" } } },
      "Field '$states.result' does not exist. at /States/A/Arguments/a",
    ],
    [
      "a result where there never is one",
      { A: { ...pass, Output: "{% 1 + $states.result %}" } },
      "Field '$states.result' does not exist. at /States/A/Output",
    ],
    [
      "an error where none was caught",
      { A: { ...lambda, Output: "{% $states.errorOutput.Error %}" } },
      "Field '$states.errorOutput' does not exist. at /States/A/Output",
    ],
    [
      "an assignment to $states",
      { A: { ...pass, Assign: { states: 1 } } },
      "'states' is not a name for a variable at /States/A/Assign",
    ],
    [
      "a wait without an end",
      { A: { Type: "Wait", End: true } },
      "Exactly one of 'Seconds' and 'Timestamp' is required at /States/A",
    ],
    [
      "a choice without rules",
      { A: { Type: "Choice", Choices: [], Default: "B" }, B: done },
      "Choices must hold at least one rule at /States/A/Choices",
    ],
    [
      "a state inside that leads outside",
      {
        A: {
          Type: "Map",
          ItemProcessor: { StartAt: "B", States: { B: { Type: "Pass", Next: "C" } } },
          Next: "C",
        },
        C: done,
      },
      "Missing 'Next' target: C at /States/A/ItemProcessor/States/B/Next",
    ],
    [
      "two states of one name",
      { A: { Type: "Map", ItemProcessor: { StartAt: "A", States: { A: pass } }, End: true } },
      "Duplicate state name: A at /States/A/ItemProcessor/States/A",
    ],
    [
      "a variable of two scopes",
      {
        A: { ...pass, End: undefined, Assign: { x: 1 }, Next: "B" },
        B: {
          Type: "Map",
          ItemProcessor: { StartAt: "C", States: { C: { ...pass, Assign: { x: 2 } } } },
          End: true,
        },
      },
      "The variable 'x' is assigned in an outer scope too at /States/B/ItemProcessor/States",
    ],
  ])("is refused for %s", (_, states, problem) => {
    expect(problems(states)).toEqual([problem]);
  });

  it.each<[string, Loose, object, string]>([
    [
      "JSONPath",
      { A: pass },
      { QueryLanguage: "JSONPath" },
      "the query language JSONPath at /States/A",
    ],
    [
      "JSONPath by default",
      { A: pass },
      { QueryLanguage: undefined },
      "the query language JSONPath at /States/A",
    ],
    [
      "a distributed Map",
      {
        A: {
          Type: "Map",
          ItemProcessor: {
            ProcessorConfig: { Mode: "DISTRIBUTED" },
            StartAt: "B",
            States: { B: pass },
          },
          End: true,
        },
      },
      {},
      "the Map mode DISTRIBUTED at /States/A/ItemProcessor/ProcessorConfig",
    ],
    [
      "a Map over an object",
      {
        A: {
          Type: "Map",
          Items: { a: 1 },
          ItemProcessor: { StartAt: "B", States: { B: pass } },
          End: true,
        },
      },
      {},
      "a Map over an object at /States/A/Items",
    ],
    [
      "another integration",
      { A: { ...lambda, Resource: "arn:aws:states:::sns:publish" } },
      {},
      "the resource arn:aws:states:::sns:publish at /States/A/Resource",
    ],
    [
      "an activity",
      { A: { ...lambda, Resource: "arn:aws:states:us-east-1:123456789012:activity:x" } },
      {},
      "the resource arn:aws:states:us-east-1:123456789012:activity:x at /States/A/Resource",
    ],
    [
      "credentials",
      { A: { ...lambda, Credentials: {} } },
      {},
      "the field Credentials at /States/A",
    ],
  ])("is refused by name for %s", (_, states, top, problem) => {
    expect(problems(states, top)).toEqual([`The local cloud does not emulate ${problem}`]);
  });

  it("may read a result when it leaves a state, and the error in a catcher", () => {
    const Catch = [
      { ErrorEquals: ["States.ALL"], Output: "{% $states.errorOutput.Error %}", Next: "B" },
    ];
    const Output = "{% $states.result.Payload %}";
    expect(problems({ A: { ...lambda, Output, Catch }, B: done })).toEqual([]);
  });

  it.each([
    ["1 +", "INVALID_JSONATA_EXPRESSION"],
    ["phone", "UNSUPPORTED_JSONATA_EXPRESSION"],
  ])("is refused for {%% %s %%} as %s", (expression, code) => {
    const States = { A: { ...pass, Output: `{% ${expression} %}` } };
    const read = readDefinition(json({ QueryLanguage: "JSONata", StartAt: "A", States }));
    expect(read).toMatchObject({ diagnostics: [{ code, location: "/States/A/Output" }] });
  });

  it("is refused when it is no object", () => {
    const diagnostic = {
      severity: "ERROR",
      code: "SCHEMA_VALIDATION_FAILED",
      message: "Definition must be a valid JSON object",
    };
    expect(readDefinition("")).toEqual({ diagnostics: [diagnostic] });
    expect(readDefinition("[]")).toEqual({ diagnostics: [diagnostic] });
  });

  it("may read the input of a function or of a filter by plain names", () => {
    const Output = "{% $map($states.input.lines, function($line) { $line.price })[$ > 1] %}";
    expect(problems({ A: { ...pass, Output } })).toEqual([]);
    expect(
      problems({ A: { ...pass, Output: "{% $states.input.lines[price > 1].price %}" } }),
    ).toEqual([]);
  });
});

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
