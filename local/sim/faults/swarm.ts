import { namedChance } from "emulator/kernel/chance";
import { type FaultName, faultNames } from "./index.ts";

const CHANCES = [0.004, 0.012, 0.03, 0.08];

/**
 * A random subset of the kinds, and how often they strike: what needs many of one kind is found as well as what needs
 * the absence of another.
 */
export const swarmOf = (seed: number) => {
  const { draw } = namedChance(seed, "swarm");
  const share = 0.1 + draw() * 0.6;
  const kinds: FaultName[] = faultNames.filter(() => draw() < share);
  const chance = CHANCES[Math.floor(draw() * CHANCES.length)] as number;
  return { kind: "swarm" as const, kinds, chance };
};
