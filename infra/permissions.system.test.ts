import { describe, expect, it } from "vitest";
import { shopGraph } from "../local/repository.ts";
import { badWeek } from "../local/rights/bad-week.ts";

describe("in a bad week", async () => {
  const { ledger, denied } = await badWeek(shopGraph());
  const { grants, verdictOf } = ledger;
  const holders = [...new Map(grants.map(({ holder }) => [holder.name, holder])).values()];

  it("nobody is denied anything", () => {
    expect(denied).toEqual([]);
  });

  it.each(holders.map(({ name, kind, file }) => [kind, name, file] as const))(
    "the %s %s makes use of all that %s grants it, and may do nothing that has no name",
    (kind, name) => {
      const faults = grants
        .filter(({ holder }) => holder.kind === kind && holder.name === name)
        .filter((grant) => ["unused", "wildcard"].includes(verdictOf(grant)));
      expect(faults.map(({ action, resource }) => `${action} on ${resource}`)).toEqual([]);
    },
  );
});
