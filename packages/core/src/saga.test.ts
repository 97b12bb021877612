import { createRequire } from "node:module";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { defineSaga, type Saga, stepsOf } from "./saga.ts";
import { EARLY, LATE } from "./saga-retries.ts";
import { toStateMachine } from "./state-machine.ts";
import { walkSaga } from "./testing/walk-saga.ts";

const validate = createRequire(import.meta.url)("asl-validator");

const ladder = defineSaga({
  name: "Ladder",
  rungs: [
    { undo: "Reject" },
    { do: "A", undo: "UndoA" },
    { do: "B", undo: "UndoB", answersWithin: 30 },
    { do: "Pivot", pivot: { or: "Abandon" } },
    { do: "C" },
    { do: "D" },
  ],
  giveUp: "GiveUp",
  attention: "Attention",
});
const twoRungs = defineSaga({
  name: "TwoRungs",
  rungs: [
    { do: "Hold", undo: "Release" },
    { do: "Confirm", pivot: { or: "Abandon" } },
  ],
  attention: "Attention",
});
const arns = <Name extends string>(saga: Saga<Name>) =>
  Object.fromEntries(
    stepsOf(saga).map((name) => [name, `arn:aws:lambda:us-east-1:123456789012:function:${name}`]),
  ) as Record<Name, string>;

describe("a saga's ladder", () => {
  it.each([ladder, twoRungs] as Saga[])(
    "($name) compiles to a state machine that AWS takes",
    (saga) => {
      const { isValid, errors } = validate(toStateMachine(saga, arns(saga)));
      expect({ isValid, errors }).toEqual({ isValid: true, errors: [] });
    },
  );

  it("of two rungs is this state machine", () => {
    const input = "$states.context.Execution.Input";
    const call = (name: string, payload = input) => ({
      Type: "Task",
      Resource: "arn:aws:states:::lambda:invoke",
      Arguments: {
        FunctionName: `arn:aws:lambda:us-east-1:123456789012:function:${name}`,
        Payload: `{% ${payload} %}`,
      },
      TimeoutSeconds: 60,
    });
    const told = `$merge([${input}, {"failedStep": $failedStep, "failure": $failure}])`;
    const assign = (failedStep: string) => ({
      Assign: { failedStep, failure: "{% $states.errorOutput %}" },
    });
    expect(toStateMachine(twoRungs, arns(twoRungs))).toEqual({
      Comment: "The saga TwoRungs, compiled from its ladder",
      QueryLanguage: "JSONata",
      StartAt: "Hold",
      TimeoutSeconds: 604_800,
      States: {
        Hold: {
          ...call("Hold"),
          Retry: EARLY,
          Catch: [{ ErrorEquals: ["States.ALL"], ...assign("Hold"), Next: "Abandon" }],
          Next: "Confirm",
        },
        Confirm: {
          ...call("Confirm"),
          Retry: LATE,
          Catch: [
            { ErrorEquals: ["Refused"], ...assign("Confirm"), Next: "Abandon" },
            { ErrorEquals: ["States.ALL"], ...assign("Confirm"), Next: "Attention" },
          ],
          End: true,
        },
        Abandon: {
          ...call("Abandon", told),
          Retry: LATE,
          Catch: [
            { ErrorEquals: ["Refused"], Next: "Ended" },
            { ErrorEquals: ["States.ALL"], ...assign("Abandon"), Next: "Attention" },
          ],
          Next: "UndoFrom",
        },
        UndoFrom: {
          Type: "Choice",
          Choices: [
            {
              Condition: `{% $exists(${input}.again) or $states.context.Execution.RedriveCount > 0 %}`,
              Next: "Release",
            },
            { Condition: '{% $failedStep = "Hold" %}', Next: "Release" },
            { Condition: '{% $failedStep = "Confirm" %}', Next: "Release" },
          ],
          Default: "Release",
        },
        Ended: { Type: "Succeed" },
        Release: {
          ...call("Release", told),
          Retry: LATE,
          Catch: [{ ErrorEquals: ["States.ALL"], ...assign("Release"), Next: "Attention" }],
          End: true,
        },
        Attention: { ...call("Attention", told), Retry: LATE, Next: "NeedsAttention" },
        NeedsAttention: {
          Type: "Fail",
          Error: "NeedsAttention",
          Cause: '{% $failedStep & " failed: " & $string($failure) %}',
        },
      },
    });
  });

  it("has the short patience only where a step can still be undone", () => {
    const states = Object.entries<{ Retry?: unknown }>(toStateMachine(ladder, arns(ladder)).States);
    const patient = (retry: unknown) =>
      states.filter(([, { Retry }]) => Retry === retry).map(([name]) => name);
    expect(patient(EARLY)).toEqual(["A", "B"]);
    expect(patient(LATE)).toEqual([
      ...["Pivot", "C", "D", "Abandon"],
      ...["Reject", "UndoA", "UndoB", "GiveUp", "Attention"],
    ]);
  });

  it("does its steps in their order", () =>
    expect(walkSaga(ladder, {})).toEqual({
      path: ["A", "B", "Pivot", "C", "D"],
      outcome: "Succeeded",
    }));

  it("undoes the failed step and all before it, in reverse order, after turning the pivot", () => {
    expect(walkSaga(ladder, { A: "States.TaskFailed" }).path).toEqual([
      "A",
      "Abandon",
      "UndoA",
      "Reject",
    ]);
    expect(walkSaga(ladder, { B: "Refused" }).path).toEqual([
      ...["A", "B", "Abandon"],
      ...["UndoB", "UndoA", "Reject"],
    ]);
    expect(walkSaga(ladder, { Pivot: "Refused" })).toMatchObject({
      path: ["A", "B", "Pivot", "Abandon", "UndoB", "UndoA", "Reject"],
      outcome: "Succeeded",
    });
  });

  it("undoes all before the pivot in a run that follows another, wherever it fails itself", () => {
    for (const step of ["A", "B"])
      expect(walkSaga(ladder, { [step]: "Refused" }, true).path.slice(-4)).toEqual([
        ...["Abandon", "UndoB", "UndoA", "Reject"],
      ]);
    expect(walkSaga(ladder, {}, true).path).toEqual(["A", "B", "Pivot", "C", "D"]);
  });

  it("undoes nothing when another run has taken the pivot: it goes on down", () => {
    expect(walkSaga(ladder, { A: "States.TaskFailed", Abandon: "Refused" })).toMatchObject({
      path: ["A", "Abandon", "C", "D"],
      outcome: "Succeeded",
    });
    expect(walkSaga(twoRungs, { Hold: "States.TaskFailed", Abandon: "Refused" })).toMatchObject({
      path: ["Hold", "Abandon"],
      outcome: "Succeeded",
    });
  });

  it("never undoes after the pivot, nor when only the pivot's answer was lost", () => {
    for (const step of ["Pivot", "C", "D"])
      expect(walkSaga(ladder, { [step]: "States.TaskFailed" }).path.at(-1)).toBe("Attention");
  });

  it("gives up what is refused for good after the pivot, for somebody else to bring it back", () => {
    expect(walkSaga(ladder, { C: "Refused" })).toMatchObject({
      path: ["A", "B", "Pivot", "C", "GiveUp"],
      outcome: "Succeeded",
    });
    expect(walkSaga(ladder, { D: "Refused" }).path.slice(-2)).toEqual(["D", "GiveUp"]);
  });

  it.each([
    ["after the pivot, where nobody knows what happened", { C: "States.Timeout" }, "C"],
    ["after the pivot, where books contradict each other", { C: "Contradiction" }, "C"],
    ["when what is given up fails, too", { C: "Refused", GiveUp: "TypeError" }, "GiveUp"],
    ["when the pivot cannot be turned", { B: "Refused", Abandon: "TypeError" }, "Abandon"],
    ["when even an undo fails", { B: "Refused", UndoA: "TypeError" }, "UndoA"],
    ["when the last undo fails", { A: "TypeError", Reject: "TypeError" }, "Reject"],
  ])("calls for a person %s, and names what failed last", (_, failures, failedStep) => {
    const walked = walkSaga(ladder, failures);
    expect(walked).toMatchObject({ outcome: "NeedsAttention", failedStep });
    expect(walked.path.slice(-2)).toEqual([failedStep, "Attention"]);
  });

  it.each<[string, Saga["rungs"], string]>([
    [
      "an undo after the pivot",
      [
        { do: "P", pivot: { or: "Q" } },
        { do: "C", undo: "U" },
      ],
      "U undoes something that cannot be undone any more",
    ],
    [
      "a step before the pivot with nothing that undoes it",
      [{ do: "A" }, { do: "B", undo: "U" }, { do: "P", pivot: { or: "Q" } }],
      "A has no undo beside or before it",
    ],
  ])("refuses %s", (_, rungs, why) =>
    expect(() => defineSaga({ name: "Wrong", rungs, attention: "X" })).toThrow(why),
  );

  it("ends, whatever fails, and undoes each step that may be done unless the pivot was taken", () => {
    const names = stepsOf(ladder).filter((name) => name !== "Attention");
    const error = fc.constantFrom("Refused", "States.TaskFailed", "States.Timeout");
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom(...names), error),
        fc.boolean(),
        (failures, again) => {
          const { path, outcome, failedStep } = walkSaga(ladder, failures, again);
          expect(["Succeeded", "NeedsAttention"]).toContain(outcome);
          expect(new Set(path).size).toBe(path.length);
          if (outcome === "NeedsAttention") {
            expect(failedStep).toBe(path.at(-2));
            return;
          }
          const last = path.at(-1) as string;
          expect(["D", "GiveUp", "Reject"]).toContain(last);
          const undos = path.filter((name) => /^Undo|Reject/.test(name));
          const done = ["B", "A"]
            .filter((step) => again || path.includes(step))
            .map((step) => `Undo${step}`);
          expect(undos).toEqual(last === "Reject" ? [...done, "Reject"] : []);
        },
      ),
    );
  });
});
