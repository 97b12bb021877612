import { expect, it } from "vitest";
import { setUp } from "./testing/laboratory.ts";

const pass = (Output: string, rest: object = { End: true }) => ({ Type: "Pass", Output, ...rest });

it("an expression without end fails its state, which can catch it, and the others go on", async () => {
  const lab = setUp();
  const Catch = [{ ErrorEquals: ["States.QueryEvaluationError"], Next: "Caught" }];
  const branch = {
    StartAt: "E",
    States: { E: pass("{% ($f := function($n) { $f($n + 1) }; $f(0)) %}") },
  };
  const hostile = await lab.create({
    P: { Type: "Parallel", Branches: [branch], Catch, End: true },
    Caught: pass("caught"),
  });
  const other = await lab.create({ O: pass("{% 1 + 1 %}") }, {}, "other");
  const [first, second] = [await lab.start(hostile), await lab.start(other)];
  expect((await lab.finished(second)).output).toBe(2);
  expect((await lab.finished(first)).output).toBe("caught");
  const cause = (await lab.history(first)).find(({ type }) => type === "EvaluationFailed");
  expect(cause.evaluationFailedEventDetails.cause).toContain(
    "specified for the field 'Output' threw an error during evaluation: Expression evaluation timeout: Check for infinite loop",
  );
});
