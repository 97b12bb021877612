import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addLines } from "./lines.ts";
import { type Definition, ladderOf } from "./saga/ladder.ts";

describe("lines of the trace", () => {
  it("are the same in whatever order and however often they arrive", () =>
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 1, max: 500 }), { minLength: 1 }),
        fc.array(fc.nat({ max: 499 })),
        (seqs, cuts) => {
          const lines = seqs.map((seq) => ({ seq, at: seq, kind: "call", what: String(seq) }));
          const kept: typeof lines = [];
          for (const cut of [0, ...cuts]) addLines(kept, lines.slice(0, cut % (lines.length + 1)));
          addLines(kept, lines);
          expect(kept).toEqual(lines.toSorted((a, b) => a.seq - b.seq));
        },
      ),
    ));

  it("are bounded: the newest are kept", () => {
    const kept: Parameters<typeof addLines>[0] = [];
    for (let seq = 1; seq <= 1000; seq++)
      addLines(kept, [{ seq, at: seq, kind: "call", what: "" }], 100);
    expect(kept.length).toBeLessThanOrEqual(110);
    expect(kept.at(-1)?.seq).toBe(1000);
  });
});

describe("a ladder from a definition", () => {
  const task = (more: object) => ({ Type: "Task", ...more });
  const all = (Next: string) => [{ ErrorEquals: ["States.ALL"], Next }];
  const definition: Definition = {
    StartAt: "A",
    States: {
      A: task({ Next: "B", Catch: all("Off") }),
      B: task({ Next: "C", Catch: all("Off"), Resource: "x.waitForTaskToken" }),
      C: task({ End: true, Catch: all("Help") }),
      Off: task({ Next: "From" }),
      From: {
        Type: "Choice",
        Choices: [{ Condition: '{% $failedStep = "A" %}', Next: "UndoA" }],
        Default: "UndoB",
      },
      UndoB: task({ Next: "UndoA" }),
      UndoA: task({ Next: "Refuse" }),
      Refuse: task({ End: true }),
      Help: task({ Next: "Stuck" }),
      Stuck: { Type: "Fail" },
    },
  };
  const { rungs } = ladderOf(definition);
  const of = (name: string) => rungs.find((rung) => rung.name === name);

  it("puts steps down the left, and marks the last that can be gone back from", () => {
    expect(["A", "B", "C"].map((name) => [of(name)?.side, of(name)?.row])).toEqual([
      ["step", 1],
      ["step", 2],
      ["step", 3],
    ]);
    expect(rungs.filter(({ pivot }) => pivot).map(({ name }) => name)).toEqual(["B"]);
    expect(of("B")?.waits).toBe(true);
  });

  it("puts an undo beside its step, and has a place for every state but the choice", () => {
    expect(of("UndoA")).toMatchObject({ side: "undo", row: 1 });
    expect(of("Help")?.side).toBe("person");
    expect(rungs.map(({ name }) => name).toSorted()).toEqual(
      Object.keys(definition.States)
        .filter((name) => name !== "From")
        .toSorted(),
    );
  });
});
