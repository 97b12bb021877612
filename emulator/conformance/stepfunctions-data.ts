import { deepEqual, equal, match, ok } from "node:assert/strict";
import type { Lab } from "./lab.ts";

import { create, guide, pass, run } from "./stepfunctions-lab.ts";

/** What Step Functions documents of expressions and of data. */
export const dataClaims = [
  {
    name: "jsonata",
    claim: "Output is computed in JSONata from $states.input and $states.context",
    doc: `${guide}/transforming-data.html`,
    async run(lab: Lab) {
      const Output = {
        sum: "{% $sum($states.input.prices) %}",
        id: "{% $states.context.Execution.Id %}",
      };
      const { output, executionArn } = await run(lab, { Sum: pass(Output) }, { prices: [1, 2] });
      deepEqual(output, { sum: 3, id: executionArn });
    },
  },
  {
    name: "functions",
    claim: "JSONata has $partition, $range, $hash, $random, $uuid and $parse here",
    doc: `${guide}/transforming-data.html`,
    async run(lab: Lab) {
      const { output } = await run(lab, {
        Try: pass({
          partition: "{% $partition([1,2,3], 2) %}",
          range: "{% $range(1, 7, 3) %}",
          hash: "{% $hash('a', 'SHA-256') %}",
          random: "{% $random() < 1 %}",
          uuid: "{% $length($uuid()) %}",
          parse: "{% $parse('{\"a\":1}').a %}",
        }),
      });
      deepEqual(output, {
        partition: [[1, 2], [3]],
        range: [1, 4, 7],
        hash: "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb",
        random: true,
        uuid: 36,
        parse: 1,
      });
    },
  },
  {
    name: "variables",
    claim: "Assign sets variables for later states, and sees those from before it",
    doc: `${guide}/workflow-variables.html`,
    async run(lab: Lab) {
      const { output } = await run(lab, {
        One: { Type: "Pass", Assign: { n: 1 }, Next: "Swap" },
        Swap: { Type: "Pass", Assign: { m: "{% $n %}", n: 2 }, Next: "Show" },
        Show: pass({ m: "{% $m %}", n: "{% $n %}" }),
      });
      deepEqual(output, { m: 1, n: 2 });
    },
  },
  {
    name: "query-error",
    claim: "An expression that has no value fails with States.QueryEvaluationError",
    doc: `${guide}/concepts-error-handling.html`,
    async run(lab: Lab) {
      const { status, error } = await run(lab, { No: pass("{% $states.input.nothing %}") });
      deepEqual([status, error], ["FAILED", "States.QueryEvaluationError"]);
    },
  },
  {
    name: "data-limit",
    claim: "States.ALL does not catch States.DataLimitExceeded: over 256 KiB the execution fails",
    doc: `${guide}/concepts-error-handling.html`,
    async run(lab: Lab) {
      const { status, error } = await run(lab, {
        Try: {
          Type: "Parallel",
          Branches: [{ StartAt: "Big", States: { Big: pass("{% $pad('', 300000, 'x') %}") } }],
          Catch: [{ ErrorEquals: ["States.ALL"], Next: "Caught" }],
          End: true,
        },
        Caught: { Type: "Succeed" },
      });
      deepEqual([status, error], ["FAILED", "States.DataLimitExceeded"]);
    },
  },
  {
    name: "jsonpath",
    claim: "A definition that names no query language is in JSONPath",
    doc: `${guide}/transforming-data.html`,
    locally: "JSONPath is refused by name when the machine is created.",
    async run(lab: Lab) {
      const arn = await create(lab, {
        QueryLanguage: undefined,
        StartAt: "A",
        States: { A: { Type: "Pass", InputPath: "$.a", End: true } },
      });
      ok(arn);
    },
  },
  {
    name: "range",
    claim: "$range cuts fractions off towards zero, and gives more than 1,000 numbers",
    doc: `${guide}/transforming-data.html`,
    async run(lab: Lab) {
      const { output } = await run(lab, {
        Try: pass({
          cut: "{% $range(-1.7, 2, 1) %}",
          many: "{% $count($range(1, 200000, 1)) %}",
        }),
      });
      deepEqual(output, { cut: [-1, 0, 1, 2], many: 200_000 });
    },
  },
  {
    name: "random-seed",
    claim: "$random with a seed draws what java.util.Random draws",
    doc: `${guide}/transforming-data.html`,
    async run(lab: Lab) {
      const { output } = await run(lab, { Try: pass("{% $random(42) %}") });
      equal(output, 0.7275636800328681);
    },
  },
  {
    name: "no-number",
    claim: 'A number that JSON has not is its name: 1/0 is "Infinity"',
    doc: `${guide}/transforming-data.html`,
    async run(lab: Lab) {
      const { output } = await run(lab, { Try: pass("{% [1/0, -1/0] %}") });
      deepEqual(output, ["Infinity", "-Infinity"]);
    },
  },
  ...[
    {
      name: "endless",
      claim: "An expression without end fails with States.QueryEvaluationError",
      expression: "($f := function($n) { $f($n + 1) }; $f(0))",
      cause: /: Expression evaluation timeout: Check for infinite loop$/,
    },
    {
      name: "deep",
      claim: "An expression that nests deeper than about a hundred levels fails",
      expression: Array(200).fill("1").join("+"),
      cause:
        /: Stack overflow error: Check for non-terminating recursive function\. Consider rewriting as tail-recursive$/,
    },
    {
      name: "large",
      claim: "A value of more than 873,782 numbers fails its expression",
      expression: "$count([1..873783])",
      cause: /: Expression evaluation memory limit exceeded: Check for excessive memory usage$/,
    },
    {
      name: "eval",
      claim: "There is no $eval",
      expression: "$eval('1+1')",
      cause: /\. T1006: Attempted to invoke a non-function$/,
    },
  ].map(({ expression, cause: expected, ...claim }) => ({
    ...claim,
    doc: `${guide}/concepts-error-handling.html`,
    async run(lab: Lab) {
      const { error, cause = "" } = await run(lab, { Try: pass(`{% ${expression} %}`) });
      equal(error, "States.QueryEvaluationError");
      match(cause, expected);
    },
  })),
];
