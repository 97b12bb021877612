import { createRequire } from "node:module";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { defineSaga, type Saga, stepsOf } from "./saga.ts";
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
const arns = <Name extends string>(saga: Saga<Name>) =>
  Object.fromEntries(
    stepsOf(saga).map((name) => [name, `arn:aws:lambda:us-east-1:123456789012:function:${name}`]),
  ) as Record<Name, string>;

describe("a saga's ladder", () => {
  it("compiles to a state machine that AWS takes", () => {
    const { isValid, errors } = validate(toStateMachine(ladder, arns(ladder)));
    expect({ isValid, errors }).toEqual({ isValid: true, errors: [] });
  });

  it("gives up soon only where a step can still be undone", () => {
    const states = Object.entries<{ Retry?: { MaxAttempts: number }[] }>(
      toStateMachine(ladder, arns(ladder)).States,
    );
    const soon = states.filter(([, { Retry }]) => Retry?.some((r) => r.MaxAttempts === 5));
    expect(soon.map(([name]) => name)).toEqual(["A", "B"]);
  });

  it("goes down its left side", () =>
    expect(walkSaga(ladder, {})).toEqual({ path: ["A", "B", "Pivot", "C", "D"], outcome: "Done" }));

  it("undoes the failed step and all above it, in reverse order, after turning the pivot", () => {
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
    expect(walkSaga(ladder, { Pivot: "Refused" })).toEqual({
      path: ["A", "B", "Pivot", "Abandon", "UndoB", "UndoA", "Reject"],
      outcome: "Undone",
    });
  });

  it("undoes nothing when another run has taken the pivot: it goes on down", () =>
    expect(walkSaga(ladder, { A: "States.TaskFailed", Abandon: "Refused" })).toEqual({
      path: ["A", "Abandon", "C", "D"],
      outcome: "Done",
    }));

  it("never undoes after the pivot, nor when only the pivot's answer was lost", () => {
    for (const step of ["Pivot", "C", "D"])
      expect(walkSaga(ladder, { [step]: "States.TaskFailed" }).path.at(-1)).toBe("Attention");
  });

  it("gives up what is refused for good after the pivot, for somebody else to bring it back", () => {
    expect(walkSaga(ladder, { C: "Refused" })).toEqual({
      path: ["A", "B", "Pivot", "C", "GiveUp"],
      outcome: "GivenUp",
    });
    expect(walkSaga(ladder, { D: "Refused" }).path.slice(-2)).toEqual(["D", "GiveUp"]);
  });

  it("calls for a person after the pivot where nobody knows what happened", () => {
    for (const error of ["States.Timeout", "Contradiction"])
      expect(walkSaga(ladder, { C: error }).outcome).toBe("NeedsAttention");
    expect(walkSaga(ladder, { C: "Refused", GiveUp: "States.TaskFailed" }).outcome).toBe(
      "NeedsAttention",
    );
  });

  it("calls for a person when even an undo fails", () =>
    expect(walkSaga(ladder, { B: "Refused", UndoA: "States.TaskFailed" })).toEqual({
      path: ["A", "B", "Abandon", "UndoB", "UndoA", "Attention"],
      outcome: "NeedsAttention",
    }));

  it("refuses an undo below the pivot", () =>
    expect(() =>
      defineSaga({
        name: "Wrong",
        rungs: [
          { do: "P", pivot: { or: "Q" } },
          { do: "C", undo: "U" },
        ],
        attention: "X",
      }),
    ).toThrow("cannot be undone"));

  it("ends, whatever fails, and undoes each done step unless the pivot was taken", () => {
    const names = stepsOf(ladder).filter((name) => name !== "Attention");
    const error = fc.constantFrom("Refused", "States.TaskFailed", "States.Timeout");
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...names), error), (failures) => {
        const { path, outcome } = walkSaga(ladder, failures);
        expect(["Done", "Undone", "GivenUp", "NeedsAttention"]).toContain(outcome);
        expect(new Set(path).size).toBe(path.length);
        if (outcome === "Undone")
          for (const step of ["A", "B"])
            if (path.includes(step)) expect(path).toContain(`Undo${step}`);
        if (outcome === "Done" || outcome === "GivenUp")
          expect(path.filter((name) => /^Undo|Reject/.test(name))).toEqual([]);
      }),
    );
  });
});
