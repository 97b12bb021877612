import { afterAll, describe, expect, it } from "vitest";
import { edgesOf } from "./edges.ts";
import { explore } from "./explore.ts";
import { mutants } from "./mutants.ts";
import { type Rules, theRules } from "./rules.ts";
import { deepScenarios, laterRunFindsNoStock, scenarios } from "./scenarios.ts";
import { neverReached } from "./unreached.ts";

/** EXPLORE=deep walks what takes minutes. */
const isDeep = process.env.EXPLORE === "deep";
const reached = new Set<string>();
/** Outcomes that change something: events, not refusals. */
const EVENTS =
  /-> (Order|CancellationRequested|FulfilmentFailed|Stock|Reservation(Expired|Closed)|Authoriz|AnswerAwaited|VoidRequested|RefundRequested|Captured|CaptureRefused|Declined|Voided|Refunded|Disputed|\w+(Done|Undone)\b)/;
const walked = { states: 0, edges: 0 };

describe("every interleaving of one order's rulebooks and ladders", () => {
  it.each(isDeep ? [...scenarios, ...deepScenarios] : scenarios)(
    "I1 I2 I3 I4 I7 I8 I9 I10 I15 I17 I18 keeps every promise and comes to rest: $name",
    (scenario) => {
      const { violation, states, edges, rests, walkedTo } = explore(theRules, scenario, {
        reached,
      });
      walked.states += states;
      walked.edges += edges;
      expect(violation && [violation.what, ...violation.path]).toBeUndefined();
      expect(rests).toBeGreaterThan(0);
      // A promise of an end is none where it is not walked to.
      expect(walkedTo === undefined).toBe(scenario.endsAt === undefined);
      if (walkedTo !== undefined)
        process.stdout.write(`${scenario.name}: every story of up to ${walkedTo} steps\n`);
    },
  );

  afterAll(() => {
    const all = `explored ${walked.states} states and ${walked.edges} edges, without a broken promise\n`;
    if (walked.states > 0) process.stdout.write(all);
  });

  it("takes every edge of every rulebook that changes something, or it is written down why not", () => {
    const aggregates = ["order", "stock", "payment", "step"] as const;
    const edges = aggregates.flatMap((on) => [...edgesOf(theRules, on)]);
    const changing = edges.filter((edge) => EVENTS.test(edge));
    const missed = changing.filter((edge) => !reached.has(edge));
    const explains = (edge: string) => neverReached.filter(([which]) => which.test(edge));
    expect(missed.filter((edge) => explains(edge).length === 0).sort()).toEqual([]);
    const needed = new Set(missed.flatMap(explains));
    expect(neverReached.filter((one) => !needed.has(one))).toEqual([]);
  });

  it("comes to every state of both ladders, every undo among them", () => {
    const states = Object.entries(theRules.machines).flatMap(([saga, { States }]) =>
      Object.keys(States).map((name) => `${saga} comes to ${name}`),
    );
    expect(states.filter((name) => !reached.has(name))).toEqual([]);
  });

  it("I15 holds no money where a later run is refused at an earlier step than the first came to", () =>
    expect(explore(theRules, laterRunFindsNoStock).violation?.what).toBeUndefined());

  it("ends in the same ways when others may come between what a command reads and what it writes", () => {
    const scenario = { name: "apart", card: "tok_decline", cancels: 1 };
    const apart: Rules = { ...theRules, isSplit: true };
    expect(explore(apart, scenario).endings).toEqual(explore(theRules, scenario).endings);
  });
});

describe("one thing broken", () => {
  it.each(mutants)("is found: $name", ({ name, rules, where, breaks, steps }) => {
    const { violation } = explore(rules, { name, ...where }, { most: 200_000 });
    expect(violation?.what).toMatch(breaks);
    expect(violation?.path.length).toBe(steps);
  });
});
