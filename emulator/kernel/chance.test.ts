import { describe, expect, it } from "vitest";
import { chanceFrom, namedChance, namedChances, seedWords } from "./chance.ts";

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

describe("chances by name", () => {
  let now = 1_800_000_000_000;
  const opened = (seed: number | string = 1) => namedChances(seedWords(seed), () => now);
  const drawn = (chances: ReturnType<typeof opened>, name: string, count = 5) =>
    Array.from({ length: count }, () => chances.draw(name));

  it("draw the same for the same seed, name and time, whatever others drew and was drawn before", () => {
    const [one, other] = [opened(), opened()];
    drawn(other, "a", 3);
    now += 1;
    drawn(other, "b", 3);
    expect(drawn(one, "a")).toEqual(drawn(other, "a"));
  });

  it("draw something else for another seed, name or time", () => {
    const first = drawn(opened(), "a");
    expect(drawn(opened(2), "a")).not.toEqual(first);
    expect(drawn(opened(), "b")).not.toEqual(first);
    now += 1;
    expect(drawn(opened(), "a")).not.toEqual(first);
  });

  it("never draw the same twice at one time, however many names there are", () => {
    const chances = opened();
    const first = drawn(chances, "a", 2);
    for (let i = 0; i < 20_000; i++) chances.draw(`name ${i}`);
    expect(drawn(chances, "a", 2)).not.toEqual(first);
  });

  it("do not meet in 50,000 names and times, and are spread evenly", () => {
    const chances = opened();
    const ids = new Set<string>();
    let sum = 0;
    for (let i = 0; i < 50_000; i++) {
      if (i % 2 === 0) now += 1;
      const words = drawn(chances, `name ${i % 100}`, 2);
      ids.add(words.join());
      sum += words[0] as number;
    }
    expect(ids.size).toBe(50_000);
    expect(sum / 50_000).toBeCloseTo(0.5, 2);
  });

  it("go on where their state was put back, at that time and later", () => {
    const chances = opened();
    drawn(chances, "a", 3);
    const state = chances.state();
    const at = now;
    const tell = () => {
      const told = [drawn(chances, "a"), drawn(chances, "b")];
      now += 1;
      return [...told, drawn(chances, "a")];
    };
    const told = tell();
    now = at;
    chances.restore(state);
    expect(chances.state()).toEqual(state);
    expect(tell()).toEqual(told);
  });
});
