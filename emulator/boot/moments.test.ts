import fc from "fast-check";
import { expect, it } from "vitest";
import { createMoments } from "./moments.ts";

it("keeps the first moment and the last ones, fewer the longer they are ago, and not more or heavier than it may", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(60_000), { minLength: 100, maxLength: 300 }), (waits) => {
      const moments = createMoments<number>({ most: 40, heaviest: 400 });
      let at = 0;
      for (const wait of waits) {
        at += wait;
        moments.add(at, { at, seq: at, weight: 8 });
        expect(moments.all().length).toBeLessThanOrEqual(40);
      }
      const kept = moments.all();
      expect(kept[0]?.id).toBe(1);
      expect(kept.slice(-12).map(({ id }) => id)).toEqual(
        Array.from({ length: 12 }, (_, i) => waits.length - 11 + i),
      );
      const heavy = moments.add(at, { at, seq: at, weight: 300 });
      expect(moments.all().reduce((sum, { weight }) => sum + weight, 0)).toBeLessThanOrEqual(400);
      expect(moments.all().at(-1)?.id).toBe(heavy.id);
    }),
    { numRuns: 20 },
  );
});

it("finds the last one that is not later, and forgets what came after one", () => {
  const moments = createMoments<string>({ most: 10, heaviest: 100 });
  for (const [i, value] of ["a", "b", "c"].entries())
    moments.add(value, { at: 10 * i, seq: i, weight: 1 });
  expect(moments.before(15)?.value).toBe("b");
  expect(moments.before(-1)).toBeUndefined();
  moments.endAt(2);
  expect(moments.all().map(({ value }) => value)).toEqual(["a", "b"]);
  expect(moments.add("d", { at: 12, seq: 9, weight: 1 }).id).toBe(4);
});
