import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Codes, hasWithin, includesBytes, includesText } from "./substring.ts";
import { startDynamo } from "./testing/start-dynamo.ts";

const counted = (text: string) => {
  let steps = 0;
  const codes: Codes = {
    length: text.length,
    at(place) {
      steps += 1;
      return text.charCodeAt(place);
    },
  };
  return { codes, steps: () => steps };
};

const a = (count: number) => "a".repeat(count);
const few = fc.string({ unit: fc.constantFrom("a", "b", "\ud83d\ude00"), maxLength: 60 });

describe("the search for a text in another", () => {
  it("finds what the search that is built in finds", () => {
    fc.assert(
      fc.property(few, few, fc.nat(40), (text, other, from) => {
        for (const pattern of [other, text.slice(from), text.slice(from, from + 20), `${a(17)}b`]) {
          expect(hasWithin(counted(text).codes, counted(pattern).codes)).toBe(
            text.includes(pattern),
          );
          expect(includesText(text, pattern)).toBe(text.includes(pattern));
          const [bytes, wanted] = [Buffer.from(text), Buffer.from(pattern)];
          expect(includesBytes(bytes, wanted)).toBe(bytes.includes(wanted));
        }
      }),
    );
  });

  it.each([
    ["its middle", `${a(950)}b${a(950)}`],
    ["its beginning", `b${a(1900)}`],
    ["its end", `${a(1900)}b`],
    ["each other place", "ab".repeat(950)],
  ])("looks at each place a few times when the pattern differs in %s", (_, pattern) => {
    for (const text of [a(3900), "ab".repeat(1949), `${a(949)}b`.repeat(4)]) {
      const [whole, part] = [counted(text), counted(pattern)];
      hasWithin(whole.codes, part.codes);
      expect(whole.steps()).toBeLessThanOrEqual(text.length);
      expect(part.steps()).toBeLessThanOrEqual(4 * (text.length + pattern.length));
    }
  });

  it("is what `contains` does with texts and binaries as long as an item may have", async () => {
    const { put, onTable } = await startDynamo();
    // Before it was linear, this took a minute: the test would not end in its time.
    const [long, pattern] = [a(195_000), `${a(48_000)}b${a(48_000)}`];
    const binary = (text: string) => ({ B: Buffer.from(text).toString("base64") });
    await put({ pk: { S: "a" }, sk: { S: "1" }, s: { S: long }, b: binary(long) });
    const { Count } = await onTable("Scan", {
      FilterExpression: "contains(s, :s) OR contains(b, :b) OR contains(s, :s)",
      ExpressionAttributeValues: { ":s": { S: pattern }, ":b": binary(pattern) },
    });
    expect(Count).toBe(0);
  });
});
