import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CannotStart } from "emulator/kernel/refusals";
import * as z from "zod";
import { scratch } from "../repository.ts";
import { type FaultName, faultNames } from "./faults/index.ts";
import type { Moment } from "./moments.ts";
import { moments } from "./moments.ts";
import type { Plan } from "./plan.ts";

const ms = z.number().int().nonnegative();
const fault = z.enum(faultNames as [FaultName, ...FaultName[]]);
const moment = z.enum(moments as [Moment, ...Moment[]]);
const line = z.strictObject({ productId: z.string(), quantity: z.number().int() });
const when = z.union([
  z.strictObject({ at: ms }),
  z.strictObject({ order: z.string(), moment, wait: ms }),
]);
const act = { name: z.string(), when };
const order = { ...act, order: z.string() };

const PlanFile = z.strictObject({
  version: z.literal(1),
  seed: z.number().int(),
  until: ms,
  calmAt: ms,
  orders: z.array(
    z.strictObject({
      ...{ name: z.string(), at: ms, as: z.enum(["alice", "bob", "carol"]), card: z.string() },
      ...{ lines: z.array(line), twice: z.boolean(), tries: z.number().int().positive() },
    }),
  ),
  acts: z.array(
    z.discriminatedUnion("do", [
      z.strictObject({ do: z.literal("cancel"), ...order }),
      z.strictObject({ do: z.enum(["resume", "close", "refund by hand"]), ...order }),
      z.strictObject({ do: z.literal("stop a saga"), ...order }),
      z.strictObject({ do: z.enum(["correct stock", "take in stock"]), ...act, ...line.shape }),
      z.strictObject({ do: z.literal("send dead letters on"), ...act }),
      z.strictObject({ do: z.literal("rebuild"), ...act, view: z.enum(["orders", "products"]) }),
    ]),
  ),
  faults: z.discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("swarm"), kinds: z.array(fault), chance: z.number() }),
    z.strictObject({
      kind: z.literal("exactly"),
      points: z.array(z.strictObject({ point: z.string(), fault })),
    }),
  ]),
});

const folder = join(scratch, "sim");

/** Writes a plan down where it can be replayed from. Answers the file's path. */
export const writePlan = (plan: Plan, name = `seed-${plan.seed}.json`): string => {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, name);
  writeFileSync(file, `${JSON.stringify(plan, undefined, 2)}\n`);
  return file;
};

/** Reads a plan that was written down. Throws CannotStart, with one sentence, for what is none. */
export const readPlan = (file: string): Plan => {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    throw new CannotStart(`There is no file ${file} to replay.`);
  }
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch {
    throw new CannotStart(`${file} is not a plan of the simulator: it is not JSON.`);
  }
  const { version } = (found ?? {}) as { version?: unknown };
  if (typeof version === "number" && version !== 1)
    throw new CannotStart(
      `${file} is a plan of version ${version}, and this simulator knows version 1.`,
    );
  const read = PlanFile.safeParse(found);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw new CannotStart(
    `${file} is not a plan of the simulator: ${issue?.path.join(".") || "it"}: ${issue?.message}.`,
  );
};
