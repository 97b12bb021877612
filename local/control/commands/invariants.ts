import type { Command } from "../command.ts";
import { plural, refuse } from "../told.ts";

/** `invariants`: which promises hold now. */
export const invariantsCommand: Command = {
  name: "invariants",
  usage: "invariants",
  tells: "judges the books of the running shop: which promises hold, and which order breaks one",
  example: "invariants",
  reads: true,
  async run({ invariants }, words) {
    if (words.length > 0) refuse("invariants takes no words.");
    const look = await invariants.look();
    const broken = look.invariants.filter(({ state }) => state === "broken");
    return {
      said:
        broken.length > 0
          ? `${plural(broken.length, "promise")} broken, of ${look.invariants.length}.`
          : `No promise is broken, in the books of ${plural(look.orders, "order")}.`,
      next: look.atRest
        ? "Everything is at rest, so all of them were judged."
        : "Something is under way: those that hold at rest are judged when it has ended.",
      list: look.invariants.flatMap(({ invariant, state, broken }) => [
        `${state.padEnd(8)} ${invariant}`,
        ...broken.map(({ what }) => `         ${what}`),
      ]),
    };
  },
};
