import { createWriteStream, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { scratch } from "../repository.ts";
import { exportRun } from "../runs/export-run.ts";
import type { Variant, VirtualShop } from "../virtual-shop.ts";
import type { Plan } from "./plan.ts";
import { type Outcome, simulate } from "./simulate.ts";
import { storyteller, tell } from "./story.ts";

/** A run that was run again, to be looked at. */
export type Replayed = { outcome: Outcome; story: string; runFile: string };

/** Runs a plan, in our shop or another one, tells it, and leaves it as a run that the console opens. */
export const replay = async (plan: Plan, variant?: Variant): Promise<Replayed> => {
  const runFile = join(scratch, "sim", `seed-${plan.seed}.petstore-run`);
  mkdirSync(dirname(runFile), { recursive: true });
  const teller = storyteller(plan);
  const atEnd = async ({ local }: VirtualShop) => {
    const { bytes } = await exportRun(local);
    await pipeline(Readable.from(bytes), createWriteStream(runFile));
  };
  const outcome = await simulate(plan, { onEntry: teller.hear, atEnd, hashed: true, variant });
  return { outcome, story: tell(plan, outcome, teller.lines), runFile };
};
