import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { wildcardComplexity } from "./wildcard-complexity.ts";
import { parseWildcard, wildcardTest } from "./wildcards.ts";

const parse = (text: string) => parseWildcard(text, (reason) => new Error(reason));
const fits = (wildcard: string, text: string) => wildcardTest(parse(wildcard))(text);

describe("a wildcard expression", () => {
  const letters = fc.stringMatching(/^[ab]{0,4}$/);
  const wildcard = fc
    .array(letters, { minLength: 1, maxLength: 6 })
    .map((pieces) => pieces.join("*").replaceAll(/\*+/g, "*"));

  it("fits what the regular expression of it does", () => {
    fc.assert(
      fc.property(wildcard, fc.stringMatching(/^[ab]{0,12}$/), (wanted, text) => {
        const expression = new RegExp(`^${wanted.replaceAll("*", ".*")}$`);
        expect(fits(wanted, text)).toBe(expression.test(text));
      }),
    );
  });

  it("that is made of a text with parts left out fits it", () => {
    fc.assert(
      fc.property(fc.array(letters, { minLength: 2 }), (parts) => {
        expect(fits(parts.join("*").replaceAll(/\*+/g, "*"), parts.join("abab"))).toBe(true);
      }),
    );
  });

  it.each([
    ["many stars", `*${"a*".repeat(200)}b`, "a"],
    ["a long text that fits almost everywhere", `*b${"a".repeat(1000)}*`, "a"],
    ["a long text that fits until its end", `*${"a".repeat(1000)}b*`, "a"],
    ["texts that overlap themselves", `*${"ab".repeat(400)}b*${"ab".repeat(400)}c*`, "ab"],
  ])("takes at most two steps a letter: %s", (_, wanted, filling) => {
    const text = filling.repeat(200_000 / filling.length);
    const budget = { left: 400_000 };
    expect(wildcardTest(parse(wanted))(text, budget)).toBe(false);
    expect(budget.left).toBeGreaterThanOrEqual(0);
  });
});

describe("the complexity of wildcards", () => {
  const alone = (...wildcards: string[]) =>
    wildcards.map((w, group) => ({ group, wildcard: parse(w) }));

  // What may fit at once is countable by hand: "aba" fits `*`, `*a`, `*ab*` and `*ab*a` of `*ab*ad`.
  it.each([
    [1, ["abc"]],
    [2, ["*ab"]],
    [3, ["*aa"]],
    [2, ["a*b"]],
    [2, ["aa*"]],
    [4, ["a*bbb"]],
    [4, ["*ab*ad"]],
    [5, ["a*b*bb"]],
    [4, ["ab", "a*b*b"]],
    [7, ["*ab*b*b*"]],
    [17, ["*a*a*a*a*a*a*a*a*"]],
    [3, ["ab*c", "x*xx"]],
    [4, ["*abc", "*abcde"]],
    [7, ["a*aaa", "aa*aa"]],
    [3, ["abc*", "abcde*"]],
    [6, ["ab*cd", "ab*wx", "ab*yz"]],
  ])("is %i for %j", (expected, wildcards) => {
    expect(wildcardComplexity(alone(...wildcards), 100)).toBe(expected);
  });

  it("counts a first star once for what anything-but lists", () => {
    const together = ["*/lib/*", "*/bin/*"].map((w) => ({ group: 0, wildcard: parse(w) }));
    expect(wildcardComplexity(together, 100)).toBe(
      wildcardComplexity(alone("*/lib/*", "*/bin/*"), 100) - 1,
    );
  });

  it("is the number of prefixes that fit, at the text where most do", () => {
    const wildcard = fc
      .array(fc.stringMatching(/^[ab]{1,2}$/), { minLength: 2, maxLength: 4 })
      .map((pieces) => pieces.join("*"));
    const texts = Array.from({ length: 9 }, (_, length) => length).flatMap((length) =>
      Array.from({ length: 2 ** length }, (_, bits) =>
        Array.from({ length }, (_, i) => ((bits >> i) & 1 ? "b" : "a")).join(""),
      ),
    );
    fc.assert(
      fc.property(fc.uniqueArray(wildcard, { minLength: 1, maxLength: 2 }), (wildcards) => {
        const prefixes = wildcards.flatMap((w) => [...w].map((_, i) => w.slice(0, i + 1)));
        const expressions = prefixes.map((p) => new RegExp(`^${p.replaceAll("*", ".*")}$`));
        const most = Math.max(
          ...texts.map((text) => expressions.filter((one) => one.test(text)).length),
        );
        expect(wildcardComplexity(alone(...wildcards), 100)).toBeGreaterThanOrEqual(most);
        if (wildcards.join("").length <= 8)
          expect(wildcardComplexity(alone(...wildcards), 100)).toBe(most);
      }),
      { numRuns: 60 },
    );
  });
});
