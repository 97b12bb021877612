import { describe, expect, it } from "vitest";
import { aloneWith } from "./alone.ts";
import { shopWith } from "./drift-shop.ts";
import { storiesByChance, storiesOnPurpose } from "./drift-stories.ts";
import { theRules } from "./rules.ts";

/** How many stories by chance. */
const { DRIFT_STORIES = "40" } = process.env;

/** A refusal as the type of a problem names it: what the API answers, and what the model says. */
const kebab = (code: string) => code.replace(/(?<=[a-z0-9])[A-Z]/g, "-$&").toLowerCase();

/** What was told, as far as it is the same each time: sweeps that go on side by side may find what another has begun, and EventBridge keeps no order. */
const comparable = (what: string, told: string[]) => {
  if (what === "SweepSagas") return told.filter((one) => !one.endsWith("begun before"));
  return what === "SweepOutbox" ? told.toSorted() : told;
};

describe("the explorer's model of the functions", () => {
  it.each([...storiesOnPurpose, ...storiesByChance(Number(DRIFT_STORIES))])(
    "I3 I4 answers, writes and tells what the functions themselves do, one after the other ($name)",
    async ({ seed, card, available, asks }) => {
      const shop = await shopWith(seed, card, available);
      const alone = aloneWith(theRules, card, available);
      const asked: string[] = [];
      try {
        expect(alone.see()).toEqual(await shop.see());
        for (const what of asks) {
          asked.push(what);
          const story = `the model (received) does not do what the functions do (expected): ${card}, ${available} there: ${asked.join(", ")}`;
          const ours = {
            answers: kebab(await shop.ask(what)),
            tells: comparable(what, shop.told()),
            ...(await shop.see()),
          };
          const theirs = {
            answers: kebab(alone.ask(what)),
            tells: comparable(what, alone.told()),
            ...alone.see(),
          };
          expect(theirs, story).toEqual(ours);
        }
      } finally {
        shop.stop();
      }
    },
  );
});
