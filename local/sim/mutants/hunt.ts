import { type Act, type OrderPlan, type Plan, planOf } from "../plan.ts";
import { simulate } from "../simulate.ts";
import type { Brought, Mutant } from "./mutant.ts";
import { variantOf } from "./variant.ts";

/** A run is short: what a defect needs is mostly one order, and another one in its way. */
const SIZE = { least: 2, most: 4 };
const OFTEN = 0.08;

const PLAIN = {
  at: 0,
  lines: [{ productId: "prd_hay", quantity: 1 }],
  twice: false,
  tries: 90,
};

/** What the orders of a hunt have to do with what brings a defect about. */
const orderFor = (
  plan: Plan,
  { cards = [], sharesKey, plain }: Brought,
  order: OrderPlan,
  i: number,
) => {
  const [first] = plan.orders;
  if (sharesKey && first && i === 1) {
    const as = first.as === "bob" ? "carol" : "bob";
    return { ...first, ...PLAIN, name: order.name, as, key: first.name, at: 5_000 };
  }
  const card = cards[i] ?? (plain ? "tok_approve" : order.card);
  return { ...order, card, ...(plain && PLAIN) };
};

const actsFor = ({ cancels, stops, byHand }: Brought, { name: order }: OrderPlan): Act[] => [
  ...(stops
    ? [500, 3_500, 6_500].map((wait) => ({
        name: `stop ${order} after ${wait} ms`,
        do: "stop a saga" as const,
        order,
        when: { order, moment: stops, wait },
      }))
    : []),
  ...(cancels
    ? [
        {
          name: `cancel ${order} then`,
          do: "cancel" as const,
          order,
          when: { order, moment: cancels[0], wait: cancels[1] },
        },
      ]
    : []),
  ...(byHand
    ? [
        {
          name: `refund ${order} then`,
          do: "refund by hand" as const,
          order,
          share: 0.5,
          when: { order, moment: "attention" as const, wait: 2_000 },
        },
      ]
    : []),
];

const faultsFor = ({ by, often = OFTEN, exactly, plain }: Brought): Partial<Plan> => {
  if (by) return { faults: { kind: "swarm", kinds: [...by], chance: often } };
  return exactly || plain ? { faults: { kind: "exactly", points: [...(exactly ?? [])] } } : {};
};

/** The plan of a seed for a hunt: all by chance, or with more of what brings a defect about. */
export const planFor = (seed: number, brought?: Brought): Plan => {
  const plan = planOf(seed, SIZE);
  if (!brought) return plan;
  const { plain, lasts } = brought;
  const some = plain ? plan.orders.slice(0, 2) : plan.orders;
  const orders = some.map((order, i) => orderFor(plan, brought, order, i));
  const acts = orders.flatMap((order) => actsFor(brought, order));
  return {
    ...plan,
    ...(plain && { until: 1_000, calmAt: 60_000 }),
    ...(lasts && { calmAt: lasts }),
    ...faultsFor(brought),
    orders,
    acts: plain ? acts : [...plan.acts, ...acts],
  };
};

/** How a mutant was found: by which plan, after how many runs, and what showed. */
export type Found = { plan: Plan; runs: number; invariant: string; what: string };

/** Runs one seed after the other, from the first on, until the defect shows; undefined where it does not within so many runs. */
export const hunt = async (
  mutant: Mutant | undefined,
  { first, most, brought }: { first: number; most: number; brought?: Brought | undefined },
): Promise<Found | undefined> => {
  const variant = mutant && (await variantOf(mutant));
  for (let runs = 1; runs <= most; runs++) {
    const plan = planFor(first + runs - 1, brought);
    const [shown] = (await simulate(plan, { variant })).violations;
    // What breaks our own shop as well says nothing about the mutant.
    if (shown && (await simulate(plan)).violations.length === 0)
      return { plan, runs, invariant: shown.invariant, what: shown.what };
  }
  return undefined;
};
