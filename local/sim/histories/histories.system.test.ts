import { describe, expect, it } from "vitest";
import { history, isOfRulebook, withoutSagas } from "./history.ts";

/** How many histories are made: a part in npm test, a thousand in npm run proof. */
const HISTORIES = Number(process.env.HISTORIES ?? 60);

describe("histories of one order that several clients move at once", () => {
  it("I3 I4 are those of its rulebook, one command after the other", async () => {
    const shop = await withoutSagas(1);
    const answers = new Map<string, number>();
    for (let i = 0; i < HISTORIES; i += 1) {
      const made = await history(shop);
      expect(isOfRulebook(made), JSON.stringify(made.operations)).toBe(true);
      for (const { answer } of made.operations) {
        const kind = answer ? ("refused" in answer ? answer.refused : "done") : "unknown";
        answers.set(kind, (answers.get(kind) ?? 0) + 1);
      }
    }
    const wrong = `${JSON.stringify([...answers])}`;
    // Few are left without an answer, or the judge has nothing to say.
    expect(answers.get("unknown") ?? 0, wrong).toBeLessThan(HISTORIES);
    expect(answers.size, wrong).toBeGreaterThan(4);
    await shop.local.stop();
  });

  it("I3 I4 are not, where a write does not ask for the version", async () => {
    const shop = await withoutSagas(2);
    let right = 0;
    for (let i = 0; i < 10; i += 1) {
      const made = await history(shop, true);
      const { operations } = made;
      expect(operations.filter(({ answer }) => !answer).length).toBeLessThan(operations.length / 2);
      if (isOfRulebook(made)) right += 1;
    }
    expect(right).toBeLessThan(8);
    await shop.local.stop();
  });
});
