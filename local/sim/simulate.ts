import type { Call } from "emulator/kernel/engine";
import { fingerprintOf } from "emulator/kernel/fingerprint";
import type { Entry } from "emulator/kernel/trace";
import { judge } from "../judge/judge.ts";
import type { Variant, VirtualShop } from "../virtual-shop.ts";
import { accountedFor } from "./accounted.ts";
import { stir } from "./gate.ts";
import { lastOracles } from "./last-oracles.ts";
import { idsOf, namesOf } from "./names.ts";
import { askShop, outside } from "./oracles.ts";
import { peopleOf } from "./people.ts";
import type { Done, Plan } from "./plan.ts";
import type { Passage } from "./points.ts";
import { faultsReached, stepsIn } from "./reached.ts";
import { repair } from "./rest.ts";
import { scarceShop } from "./scarce-shop.ts";
import { type Violation, watch } from "./watch.ts";
import { watchEnds } from "./watch-ends.ts";

/** What came of a run. */
export type Outcome = {
  /** SHA-256 of all that passed, where that was wanted. */
  hash?: string;
  virtualMs: number;
  violations: Violation[];
  /** The faults that happened. */
  done: Done[];
  /** All I/O points that were passed. */
  points: string[];
  /** What was reached: edges of rulebooks, faults at operations. */
  reached: string[];
  /** Why it did not come to rest. */
  stuck?: string;
};

/** How a run may differ from what is usual. */
export type Wanted = {
  /** Hears all that passes. */
  onEntry?: (entry: Entry) => void;
  /** Hears of each call that a fault may befall, so many milliseconds after the run began. */
  onCall?: (passage: Passage, call: Call, after: number) => void;
  /** Is given the shop when all is over, before it is closed. */
  atEnd?: (shop: VirtualShop) => Promise<unknown>;
  /** Whether all that passes is hashed: that takes a twentieth of a run. */
  hashed?: boolean;
  /** Another shop than ours: with a defect, with another saga. */
  variant?: Variant | undefined;
};

/** Runs a plan, from a shop that has just opened to one at rest. The same plan gives the same outcome. */
export const simulate = async (
  plan: Plan,
  { onEntry, onCall, atEnd, hashed = false, variant }: Wanted = {},
): Promise<Outcome> => {
  const shop = await scarceShop(plan.seed, variant);
  const { local, clock, drive } = shop;
  const began = clock.now();
  const ids = idsOf(plan);
  const { stock } = await shop.books();
  const seen = watch(stock, new Set(ids.values()));
  const ends = watchEnds(plan, namesOf(ids));
  const print = hashed ? fingerprintOf(local.cloud.trace) : undefined;
  const steps = stepsIn();
  const deaf = local.cloud.trace.hear((entry) => {
    seen.see(entry);
    ends.see(entry);
    steps.hear(entry);
    onEntry?.(entry);
  });
  const people = peopleOf(shop, plan, ids);
  const stirred = stir(local, plan, namesOf(ids), (passage, call, calm) => {
    people.notice(passage);
    if (!calm) onCall?.(passage, call, clock.now() - began);
  });
  const violations = seen.violations;
  let stuck: string | undefined;
  try {
    await drive(people.act());
    stirred.calm();
    await repair(shop, plan, ids, { open: seen.open, waiting: stirred.waiting });
  } catch (error) {
    stuck = error instanceof Error ? error.message : String(error);
    violations.push({ invariant: "I18", what: stuck, at: clock.now() });
  }
  if (!stuck) {
    const books = await shop.books();
    const { told, findings } = await drive(askShop(shop, plan, ids));
    const found = [
      ...judge(books).filter(({ what }) => !accountedFor(what, stirred.done)),
      ...findings,
      ...outside(shop, plan, ids, people.log, books, told),
      ...(await drive(lastOracles(shop, plan, ids, books, told, stirred.done))),
    ];
    for (const one of found) violations.push({ ...one, at: clock.now() });
  }
  violations.push(...ends.violations);
  deaf();
  const hash = print?.end();
  await atEnd?.(shop);
  await local.stop();
  return {
    ...(hash && { hash }),
    virtualMs: clock.now() - began,
    violations,
    done: stirred.done,
    points: stirred.points,
    reached: [...new Set([...seen.edges, ...steps.steps, ...faultsReached(stirred.done)])],
    ...(stuck && { stuck }),
  };
};
