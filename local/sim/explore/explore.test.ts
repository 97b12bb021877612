import { afterAll, describe, expect, it } from "vitest";
import { edgesOf } from "./edges.ts";
import { explore } from "./explore.ts";
import { mutants } from "./mutants.ts";
import { type Rules, theRules } from "./rules.ts";
import { deepScenarios, scenarios } from "./scenarios.ts";
import { neverReached } from "./unreached.ts";

/** EXPLORE=deep walks what takes minutes. */
const isDeep = process.env.EXPLORE === "deep";
const reached = new Set<string>();
const walked = { states: 0, edges: 0 };

describe("every interleaving of one order's rulebooks and ladders", () => {
  it.each(isDeep ? [...scenarios, ...deepScenarios] : scenarios)(
    "I1 I2 I3 I4 I7 I8 I9 I10 I15 I17 I18 keeps every promise and comes to rest: $name",
    (scenario) => {
      const { violation, states, edges, rests } = explore(theRules, scenario, { reached });
      walked.states += states;
      walked.edges += edges;
      expect(violation && [violation.what, ...violation.path]).toBeUndefined();
      expect(rests).toBeGreaterThan(0);
    },
  );

  afterAll(() => {
    const all = `explored ${walked.states} states and ${walked.edges} edges, without a broken promise\n`;
    if (walked.states > 0) process.stdout.write(all);
  });

  it.each(["order", "stock", "payment"] as const)(
    "takes every edge of the rulebook of the %s, or it is written down why not",
    (on) => {
      const missed = [...edgesOf(theRules, on)].filter((edge) => !reached.has(edge));
      const unexplained = missed.filter((edge) => !neverReached.some(([which]) => which.test(edge)));
      expect(unexplained.sort()).toEqual([]);
    },
  );

  it("comes to every state of both ladders, every undo among them", () => {
    const states = Object.entries(theRules.machines).flatMap(([saga, { States }]) =>
      Object.keys(States).map((name) => `${saga} comes to ${name}`),
    );
    expect(states.filter((name) => !reached.has(name))).toEqual([]);
  });

  it("ends in the same ways when others may come between what a command reads and what it writes", () => {
    const scenario = { name: "apart", card: "tok_decline", cancels: 1 };
    const apart: Rules = { ...theRules, isSplit: true };
    expect(explore(apart, scenario).endings).toEqual(explore(theRules, scenario).endings);
  });
});

describe("one thing broken", () => {
  it.each(mutants)("I18 is found: $name", ({ name, rules, where, breaks, steps }) => {
    const { violation } = explore(rules, { name, ...where }, { most: 200_000 });
    expect(violation?.what).toMatch(breaks);
    expect(violation?.path.length).toBe(steps);
  });
});
