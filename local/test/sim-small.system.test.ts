import { describe, it } from "vitest";
import { small } from "../sim/plan.ts";
import { holds } from "./sim-seeds.ts";

/** How many runs, in groups of so many: the runs of sim.system.test.ts are the larger ones. */
const { SIM_SMALL_SEEDS = "400" } = process.env;
const GROUP = 20;
const groups = Array.from(
  { length: Math.ceil(Number(SIM_SMALL_SEEDS) / GROUP) },
  (_, i) => 1_001 + i * GROUP,
);

describe("shops of three or four orders, whatever goes wrong in them", () => {
  it.each(groups)(
    `I1 I2 I3 I5 I6 I7 I8 I9 I10 I11 I12 I13 I15 I17 I18 every promise holds (${GROUP} seeds from %i on)`,
    async (first) => {
      for (let seed = first; seed < first + GROUP; seed++) await holds(seed, small);
    },
  );
});
