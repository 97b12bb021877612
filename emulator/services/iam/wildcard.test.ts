import fc from "fast-check";
import { expect, test } from "vitest";
import { fitsWildcard } from "./wildcard.ts";

test.each([
  ["", "", true],
  ["", "a", false],
  ["*", "", true],
  ["**", "a", true],
  ["?", "", false],
  ["a?c", "abc", true],
  ["a*c", "ac", true],
  ["a*c", "acb", false],
  ["*ab", "aab", true],
  ["a*b*c", "axbyc", true],
  ["arn:aws:sqs:*:*:acme-*", "arn:aws:sqs:us-east-1:1:acme-things", true],
  ["a.c", "abc", false],
  ["[ab]", "a", false],
])("%j and %j: %s", (pattern, text, fits) => {
  expect(fitsWildcard(pattern, text)).toBe(fits);
});

test("agrees with a regular expression", () => {
  const letters = fc.string({ unit: fc.constantFrom("a", "b", "*", "?"), maxLength: 8 });
  const text = fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 12 });
  fc.assert(
    fc.property(letters, text, (pattern, subject) => {
      const expression = new RegExp(
        `^${pattern.replaceAll("*", "[ab]*").replaceAll("?", "[ab]")}$`,
      );
      expect(fitsWildcard(pattern, subject)).toBe(expression.test(subject));
    }),
  );
});

test("the worst pattern takes as many steps as the lengths say, multiplied, and no more", () => {
  const stepsOf = (pattern: string, text: string) => {
    let steps = 0;
    const step = () => {
      steps += 1;
    };
    expect(fitsWildcard(pattern, text, step)).toBe(false);
    return steps;
  };
  const text = "a".repeat(2_000);
  for (const pattern of [
    `${"*a".repeat(500)}b`,
    `${"*".repeat(1_000)}b`,
    `*${"a".repeat(500)}b`,
    `${"a*?".repeat(300)}b`,
  ])
    expect(stepsOf(pattern, text), pattern.slice(0, 9)).toBeLessThanOrEqual(
      2 * pattern.length * text.length,
    );
  // A regular expression needs more steps here than there is time.
  expect(stepsOf(`${"*a".repeat(500)}b`, text)).toBeLessThanOrEqual(10 * text.length);
});
