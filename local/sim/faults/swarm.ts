import { namedChance } from "emulator/kernel/chance";
import { type FaultName, faultNames } from "./index.ts";

/** How often each armed kind strikes where it fits, in one run or another. */
const CHANCES = [0.0015, 0.004, 0.008, 0.015];

/**
 * A random subset of the kinds, and how often each strikes: what needs many of one kind is found as well as what needs
 * the absence of another.
 */
export const swarmOf = (seed: number) => {
  const { draw } = namedChance(seed, "swarm");
  const share = 0.1 + draw() * 0.6;
  const kinds: FaultName[] = faultNames.filter(() => draw() < share);
  const chance = CHANCES[Math.floor(draw() * CHANCES.length)] as number;
  return { kind: "swarm" as const, kinds, chance };
};
