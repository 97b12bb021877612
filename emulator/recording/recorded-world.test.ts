import { expect, it } from "vitest";
import { type Change, createKeeper } from "../kernel/keep.ts";
import { putMoments } from "./recorded-world.ts";
import type { RecordedMoment } from "./recording.ts";

/** A keeper with a part whose values are copied at each taking, and one whose values moments share. */
const keeperOf = () => {
  const keeper = createKeeper();
  keeper.map<{ list: number[] }>("copied", ({ list }) => ({ list: [...list] }));
  keeper.map<{ list: number[] }>("shared");
  return keeper;
};
/** So many moments, of which the first changes something. */
const momentsWith = (count: number, changes: Change[]): RecordedMoment[] =>
  Array.from({ length: count }, (_, i) => ({
    moment: { id: i + 1, at: i, seq: 0 },
    clock: { now: i, chance: [1, 2, 3, 4] },
    changes: i === 0 ? changes : [],
  }));
const large = { list: Array.from({ length: 21_000 }, (_, i) => i) };
const refusal = "its moments have too much in them";

it("moments that share what is large are put into a world, however many they are", () => {
  const moments = putMoments(keeperOf(), momentsWith(200, [["shared", "one", large]]));
  expect(moments).toHaveLength(200);
});

it("what would be there once for each moment is refused before it is more than a process holds", () => {
  expect(putMoments(keeperOf(), momentsWith(50, [["copied", "one", large]]))).toHaveLength(50);
  expect(() => putMoments(keeperOf(), momentsWith(200, [["copied", "one", large]]))).toThrow(
    refusal,
  );
});

it("long lists of small things are refused in many moments, and are put in few", () => {
  const many: Change[] = large.list.map((n) => ["shared", `key-${n}`, { list: [] }]);
  expect(putMoments(keeperOf(), momentsWith(20, many))).toHaveLength(20);
  expect(() => putMoments(keeperOf(), momentsWith(200, many))).toThrow(refusal);
});
