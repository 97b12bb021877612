import { describe, expect, it } from "vitest";
import { isLinearizable, type Operation, type Specification } from "./linearizable.ts";

/** A register: it is set, and read. */
type Command = { set: number } | "read";
const register: Specification<number, Command, number> = {
  apply: (state, command) =>
    command === "read" ? { state, answer: state } : { state: command.set, answer: command.set },
  key: String,
  isSame: (a, b) => a === b,
};
const judge = (...history: Operation<Command, number>[]) => isLinearizable(history, 1, register);

describe("a history is linearizable", () => {
  it("where what was read is what had been set before", () =>
    expect(
      judge(
        { command: { set: 2 }, from: 0, until: 1, answer: 2 },
        { command: "read", from: 2, until: 3, answer: 2 },
      ),
    ).toBe(true));

  it("where two that overlap saw one another's order", () =>
    expect(
      judge(
        { command: { set: 2 }, from: 0, until: 9, answer: 2 },
        { command: "read", from: 1, until: 2, answer: 1 },
        { command: "read", from: 3, until: 4, answer: 2 },
      ),
    ).toBe(true));

  it("where what was never answered was done, or was not", () => {
    const lost: Operation<Command, number> = { command: { set: 2 }, from: 0, until: 1 };
    for (const answer of [1, 2])
      expect(judge(lost, { command: "read", from: 2, until: 3, answer })).toBe(true);
  });

  it("but not where an old value is read after a new one was", () =>
    expect(
      judge(
        { command: { set: 2 }, from: 0, until: 9, answer: 2 },
        { command: "read", from: 1, until: 2, answer: 2 },
        { command: "read", from: 3, until: 4, answer: 1 },
      ),
    ).toBe(false));

  it("nor where a value is read that nobody has set", () =>
    expect(judge({ command: "read", from: 0, until: 1, answer: 3 })).toBe(false));
});
