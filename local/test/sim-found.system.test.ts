import { expect, it } from "vitest";
import { found } from "../sim/found/found.ts";
import { simulate } from "../sim/simulate.ts";

it.each(found)("$what", async ({ plan }) => {
  const { violations, done } = await simulate(plan());
  expect(done.length).toBeGreaterThan(0);
  expect(violations).toEqual([]);
});
