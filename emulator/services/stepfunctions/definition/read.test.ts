import { describe, expect, it } from "vitest";
import { json, type Loose } from "../testing/laboratory.ts";
import { readDefinition } from "./read.ts";

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
    expect(problems(states, top)).toEqual([`The emulator does not emulate ${problem}`]);
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

  it("may assign in a catcher what a branch assigns too", () => {
    const inner = { StartAt: "C", States: { C: { ...pass, Assign: { x: 1 } } } };
    const Catch = [{ ErrorEquals: ["States.ALL"], Assign: { x: 2 }, Next: "D" }];
    const machine = { B: { Type: "Parallel", Branches: [inner], Catch, Next: "D" }, D: done };
    expect(problems(machine)).toEqual([]);
  });

  it.each([
    ["(?=a)b", "look ahead"],
    ["(?<!a)b", "look behind"],
    ["(a)\\1", "refer back"],
  ])("may not have a pattern that would %s", (pattern) => {
    const Output = `{% $contains('ab', /${pattern}/) %}`;
    expect(problems({ A: { ...pass, Output } })[0]).toMatch(
      /^The emulator does not emulate the regular expression .* at \/States\/A\/Output$/,
    );
  });

  it.each(["s+s+", "s?s?s?s?s?s?s?s?s?"])("may not have the signature <%s:s>", (parameters) => {
    const Output = `{% (function($a)<${parameters}:s> { $a })('a') %}`;
    expect(problems({ A: { ...pass, Output } })[0]).toMatch(/does not emulate the signature/);
  });

  it("is refused when it nests too deeply, as JSON or in an expression", () => {
    const deep = (levels: number) => "[".repeat(levels) + "]".repeat(levels);
    const text = (Output: string) =>
      `{"QueryLanguage":"JSONata","StartAt":"A","States":{"A":{"Type":"Pass","End":true,"Output":${Output}}}}`;
    expect(readDefinition(text(deep(900)))).toHaveProperty("workflow");
    expect(readDefinition(text(deep(30_000)))).toMatchObject({
      diagnostics: [{ code: "INVALID_JSON_DESCRIPTION" }],
    });
    for (const Output of [
      deep(100_000),
      "-".repeat(100_000),
      "(1".repeat(50_000),
      "1+".repeat(100_000),
    ])
      expect(problems({ A: { ...pass, Output: `{% ${Output}1 %}` } })).toHaveLength(1);
  });
});
