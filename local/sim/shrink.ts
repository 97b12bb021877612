import type { Done, Plan } from "./plan.ts";
import { type Outcome, simulate } from "./simulate.ts";

/** A plan of which nothing can be left out, and what came of it. */
export type Shrunk = { plan: Plan; outcome: Outcome; runs: number };

/** What the violations of a run are about: the same promises broken are the same finding. */
const brokenIn = ({ violations }: Outcome) => new Set(violations.map(({ invariant }) => invariant));

/** A plan whose faults are those that happened, each at its point. */
export const exactly = (plan: Plan, done: Done[]): Plan => ({
  ...plan,
  faults: { kind: "exactly", points: done },
});

/**
 * Leaves out as much of a list as it can while `holds` stays true: halves first, then ever smaller parts (Zeller's delta
 * debugging).
 */
export const smallest = async <T>(
  all: T[],
  holds: (some: T[]) => Promise<boolean>,
): Promise<T[]> => {
  let kept = all;
  if (kept.length > 0 && (await holds([]))) return [];
  for (let parts = 2; kept.length > 1 && parts <= kept.length; ) {
    const size = Math.ceil(kept.length / parts);
    let left = false;
    for (let from = 0; from < kept.length; from += size) {
      const rest = [...kept.slice(0, from), ...kept.slice(from + size)];
      if (rest.length === kept.length || !(await holds(rest))) continue;
      kept = rest;
      parts = Math.max(2, parts - 1);
      left = true;
      break;
    }
    if (left) continue;
    if (parts === kept.length) break;
    parts = Math.min(kept.length, parts * 2);
  }
  return kept;
};

/** The orders of a plan without what others do about those that go. */
const withOrders = (plan: Plan, orders: Plan["orders"]): Plan => {
  const names = new Set(orders.map(({ name }) => name));
  const acts = plan.acts.filter(
    (act) =>
      (!("order" in act) || names.has(act.order)) &&
      (!("order" in act.when) || names.has(act.when.order)),
  );
  return { ...plan, orders, acts };
};

const pointsIn = ({ faults }: Plan) => (faults.kind === "exactly" ? faults.points : []);

/** How long it may take, in runs and in milliseconds of the machine's time. */
type Bounds = { most?: number; ms?: number; now?: () => number };

/** Takes faults, orders and acts away from a plan that breaks a promise, until nothing more can go. */
export const shrink = async (
  found: Plan,
  first: Outcome,
  {
    most = 150,
    ms = Number.POSITIVE_INFINITY,
    now = () => performance.now(),
    run = simulate,
  }: Bounds & { run?: (plan: Plan) => Promise<Outcome> } = {},
): Promise<Shrunk> => {
  const wanted = brokenIn(first);
  const until = now() + ms;
  const isOver = () => runs >= most || now() > until;
  let runs = 0;
  let best: Shrunk = { plan: found, outcome: first, runs };
  const breaks = async (plan: Plan): Promise<boolean> => {
    if (isOver()) return false;
    runs += 1;
    const outcome = await run(plan);
    const same = [...brokenIn(outcome)].some((invariant) => wanted.has(invariant));
    if (same) best = { plan, outcome, runs };
    return same;
  };
  // That the faults are what it is about shows first: by points they do the same.
  if (!(await breaks(exactly(found, first.done)))) return { ...best, runs };

  for (let before = -1; ; ) {
    const { plan } = best;
    const size = plan.orders.length + plan.acts.length + pointsIn(plan).length;
    if (size === before || isOver()) return { ...best, runs };
    before = size;
    await smallest(pointsIn(plan), (points) => breaks(exactly(best.plan, points)));
    await smallest(best.plan.orders, (orders) => breaks(withOrders(best.plan, orders)));
    await smallest(best.plan.acts, (acts) => breaks({ ...best.plan, acts }));
  }
};
