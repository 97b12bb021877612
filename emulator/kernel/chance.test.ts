import { describe, expect, it } from "vitest";
import { chanceFrom, namedChance } from "./chance.ts";

const draws = (chance: { draw: () => number }, count = 5) =>
  Array.from({ length: count }, () => chance.draw());

describe("named streams of chance", () => {
  it("draw the same for the same seed and name, and something else for any other", () => {
    expect(draws(namedChance(1, "faults"))).toEqual(draws(namedChance(1, "faults")));
    expect(draws(namedChance(1, "faults"))).not.toEqual(draws(namedChance(2, "faults")));
    expect(draws(namedChance(1, "faults"))).not.toEqual(draws(namedChance(1, "ties")));
  });

  it("do not meet in 20,000 seeds", () => {
    const firsts = Array.from({ length: 20_000 }, (_, seed) =>
      draws(namedChance(seed, "ids"), 2).join(),
    );
    expect(new Set(firsts).size).toBe(firsts.length);
  });

  it("go on where their state was put back", () => {
    const stream = namedChance(7, "latencies");
    stream.draw();
    const copy = chanceFrom(stream.state());
    expect(draws(copy)).toEqual(draws(stream));
  });
});
