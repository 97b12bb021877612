import { describe, expect, it } from "vitest";
import { countCalls } from "../demo/count-calls.ts";
import { missing, outcomeOf, surprises } from "../demo/outcome.ts";
import { play } from "../demo/play.ts";
import { stories } from "../demo/stories.ts";
import { judge } from "../judge/judge.ts";
import { virtualShop } from "../virtual-shop.ts";

const tell = async (seed: number, patience = 30 * 60_000) => {
  const { local, drive, books: openBooks } = await virtualShop({ seed });
  const count = countCalls(local);
  const { scenes, stuck } = await drive(
    play({ local, stories, send: local.api, pace: 200, patience }),
  );
  const books = await openBooks();
  const outcomes = scenes.map((scene) => outcomeOf(scene, books));
  await local.stop();
  return { scenes, stuck, books, outcomes, count };
};

describe("the stories of the demo, on the virtual clock", () => {
  it.each([1, 2, 3, 4, 5])(
    "end as they must, and leave no promise broken (seed %i)",
    async (seed) => {
      const { scenes, stuck, books, outcomes, count } = await tell(seed);
      expect(stuck).toEqual([]);
      expect(surprises(scenes, outcomes)).toEqual([]);
      expect([...judge(books), ...missing(outcomes, books)]).toEqual([]);
      for (const { ended, orderId } of outcomes)
        if (ended === "sold") expect(count.of(orderId).events).toBe(6);
    },
  );

  it("are named where they take too long", async () => {
    const { stuck } = await tell(1, 15_000);
    const late = [
      ...["the bank answers after 20 s", "the provider is out for 21 s"],
      "a forged webhook: nobody believes it",
      ...["the provider's API key is rotated", "the webhooks' secret is rotated"],
    ];
    expect(stuck.map((what) => what.replace(/^ord_\w{26} /, ""))).toEqual(
      late.map((story) => `(${story}) is PENDING`),
    );
  });
});
