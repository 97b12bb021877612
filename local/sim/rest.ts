import { namedChance } from "emulator/kernel/chance";
import type { VirtualShop } from "../virtual-shop.ts";
import { sendOn } from "./people.ts";
import type { Plan } from "./plan.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
/** In which the sweepers, which come every five minutes, have looked at what is ten minutes old, and what they began has ended. */
const SWEEP = 17 * MINUTE;

const STEP = 10 * SECOND;
/** With no more faults, the shop has so long to come to rest (I18). */
const LONGEST = 8 * 60 * MINUTE;

/** What is still to come in a run. */
export type Ahead = {
  /** The orders that have neither ended nor wait for a person. */
  open: () => string[];
  /** How many faults have something left to come: a late delivery, a function that hangs. */
  waiting: () => number;
};

/** Lets time pass until no order is under way and nothing else is. Throws when that takes too long. */
const comeToRest = async (shop: VirtualShop, { open, waiting }: Ahead): Promise<void> => {
  for (let waited = 0; waiting() > 0 || open().length > 0; waited += STEP) {
    if (waited > LONGEST)
      throw new Error(`Hours after the last fault ${open().join(", ")} had not ended`);
    await shop.clock.advance(STEP);
  }
  await shop.settle();
};

/** A person decides about each order that needs one, until none does. */
const attend = async (
  shop: VirtualShop,
  plan: Plan,
  ids: ReadonlyMap<string, string>,
  ahead: Ahead,
): Promise<void> => {
  const { local, drive } = shop;
  for (let round = 1; round <= 3; round++) {
    let found = false;
    for (const { name, as } of plan.orders) {
      const id = ids.get(name) ?? "";
      const answer = await drive(local.api({ path: `/orders/${id}`, as }));
      if (answer.status !== 200) continue;
      if ((answer.json() as { status: string }).status !== "NEEDS_ATTENTION") continue;
      found = true;
      const { draw } = namedChance(plan.seed, `attend ${name} ${round}`);
      const decision = draw() < 0.5 && round < 3 ? "resume" : "close";
      const path = `/orders/${id}/${decision}`;
      await drive(local.api({ method: "POST", path, as: "admin", body: { reason: "Looked." } }));
    }
    if (!found) return;
    await shop.clock.advance(MINUTE);
    await comeToRest(shop, ahead);
  }
};

/**
 * What comes after the faults: what is under way ends, what was given up is sent on, and a person decides about what
 * needs one. Throws where the shop does not come to rest.
 */
export const repair = async (
  shop: VirtualShop,
  plan: Plan,
  ids: ReadonlyMap<string, string>,
  ahead: Ahead,
): Promise<void> => {
  await comeToRest(shop, ahead);
  await shop.drive(sendOn(shop.local));
  // What nobody hears of, a cancelled order's broken run among it, the sweepers look for every five minutes.
  await shop.clock.advance(SWEEP);
  await shop.settle();
  await attend(shop, plan, ids, ahead);
};
