import { type Chance, namedChance } from "emulator/kernel/chance";
import type { FaultName } from "./faults/index.ts";
import { swarmOf } from "./faults/swarm.ts";
import type { Moment } from "./moments.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** When something is done: so long after the run began, or when something about an order happens. */
export type When = { at: number } | { order: string; moment: Moment; wait: number };

/** An order that a customer places. `name` is its name in points and in what is told. */
export type OrderPlan = {
  name: string;
  at: number;
  as: string;
  card: string;
  lines: { productId: string; quantity: number }[];
  /** The order, of another customer, under whose key it is placed, where that is not its own. */
  key?: string;
  /** A double click: the request is sent twice at once. */
  twice: boolean;
  /** How often the customer tries until there is an answer. */
  tries: number;
};

/** What somebody does beside placing orders. */
export type Act = { name: string; when: When } & (
  | { do: "cancel"; order: string }
  | { do: "resume" | "close"; order: string }
  /** Of what was paid, all or a share. */
  | { do: "refund by hand"; order: string; share?: number }
  | { do: "correct stock"; productId: string; quantity: number }
  | { do: "take in stock"; productId: string; quantity: number }
  | { do: "stop a saga"; order: string }
  | { do: "send dead letters on" }
  | { do: "rebuild"; view: "orders" | "products" }
);

/** A fault at a point: the stable name of one passing of one I/O point. */
export type Done = { point: string; fault: FaultName };

/** Which faults there are: any of some kinds by chance, or exactly these. */
type Faults =
  | { kind: "swarm"; kinds: FaultName[]; chance: number }
  | { kind: "exactly"; points: Done[] };

/** All that a run is made of: plain data. The same plan gives the same run. */
export type Plan = {
  version: 1;
  seed: number;
  /** How long the customers go on coming, and when the faults stop, in milliseconds after the run began. */
  until: number;
  calmAt: number;
  orders: OrderPlan[];
  acts: Act[];
  faults: Faults;
};

/** What there is little of when the run begins, and how much. */
export const scarce: Record<string, number> = {
  prd_parrot: 1,
  prd_goldfish: 1,
  "prd_bird-cage": 3,
  prd_collar: 6,
  prd_hay: 12,
};

const CARDS: [card: string, share: number][] = [
  ["tok_approve", 10],
  ["tok_decline", 2],
  ["tok_late", 2],
  ["tok_twice", 2],
  ["tok_disorder", 2],
  ["tok_refund_fails", 2],
  ["tok_timeout_approve", 2],
  ["tok_timeout_decline", 1],
  ["tok_overcharge", 1],
  ["tok_undercharge", 1],
  ["tok_gone", 1],
  ["tok_unknown", 1],
];

/** The moments at which a customer changes their mind: a to g of the scenarios F62, and later. */
const CANCELS: Moment[] = [
  "placed",
  "reserving",
  "authorizing",
  "authorized",
  "confirming",
  "captured",
  "sold",
  "returning",
];

/** Draws for a plan: one of some, a whole number below a bound, and whether something of a chance happens. */
const drawing = ({ draw }: Chance) => {
  const below = (bound: number) => Math.floor(draw() * bound);
  const pick = <T>(of: readonly T[]) => of[below(of.length)] as T;
  return { below, pick, happens: (chance: number) => draw() < chance };
};

const weighted = CARDS.flatMap(([card, share]) => Array<string>(share).fill(card));

/** How many orders a plan has, at least and at most. */
export type Size = { least: number; most: number };

/** So many as a run has where nothing else is said. */
export const usual: Size = { least: 3, most: 40 };
/** Three orders show most of what forty do, in a fifth of the time. */
export const small: Size = { least: 3, most: 4 };

const orderOf = (seed: number, index: number, until: number): OrderPlan => {
  const name = `order-${index}`;
  const { below, pick, happens } = drawing(namedChance(seed, `workload ${name}`));
  const products = new Set(Array.from({ length: 1 + below(3) }, () => pick(Object.keys(scarce))));
  return {
    name,
    // Some come together.
    at: happens(0.3) ? below(3 * SECOND) : below(until),
    as: pick(["alice", "bob", "carol"]),
    card: pick(weighted),
    lines: [...products].map((productId) => ({ productId, quantity: 1 + below(2) })),
    twice: happens(0.15),
    tries: happens(0.1) ? 1 : 90,
  };
};

const cancelsOf = (seed: number, { name }: OrderPlan): Act[] => {
  const { below, pick, happens } = drawing(namedChance(seed, `cancel ${name}`));
  if (!happens(0.45)) return [];
  const when: When = { order: name, moment: pick(CANCELS), wait: happens(0.5) ? 0 : below(40) };
  const first: Act = { name: `cancel ${name}`, do: "cancel", order: name, when };
  const again: Act = {
    ...first,
    name: `cancel ${name} again`,
    when: { ...when, wait: below(5_000) },
  };
  return happens(0.3) ? [first, again] : [first];
};

const staffOf = (seed: number, orders: OrderPlan[], until: number): Act[] => {
  const { below, pick, happens } = drawing(namedChance(seed, "workload staff"));
  const acts: Act[] = [];
  const at = (): When => ({ at: below(until) });
  const add = (act: Act) => void acts.push(act);
  const goods = Object.keys(scarce);
  if (happens(0.4))
    add({
      name: "correct stock",
      do: "correct stock",
      when: at(),
      productId: pick(goods),
      quantity: pick([-2, -1, 1, 2]),
    });
  if (happens(0.3))
    add({
      name: "take in stock",
      do: "take in stock",
      when: at(),
      productId: pick(goods),
      quantity: 1 + below(3),
    });
  if (happens(0.2)) add({ name: "send on", do: "send dead letters on", when: at() });
  if (happens(0.15))
    add({
      name: "rebuild",
      do: "rebuild",
      when: at(),
      view: pick(["orders", "products"] as const),
    });
  const moments: Moment[] = ["reserving", "authorizing", "confirming", "captured", "returning"];
  if (happens(0.3)) {
    // Three times, and a person has to look.
    const [order, moment, times] = [pick(orders).name, pick(moments), pick([1, 3, 3, 4])];
    for (let i = 0; i < times; i++)
      add({
        name: `stop ${order} ${i}`,
        do: "stop a saga",
        order,
        when: { order, moment, wait: i * 3 * SECOND + below(2 * SECOND) },
      });
  }
  for (const { name } of orders) {
    if (!happens(0.4)) continue;
    const when: When = { order: name, moment: "attention", wait: below(MINUTE) };
    const decision = pick(["resume", "close", "refund by hand"] as const);
    add({ name: `${decision} ${name}`, do: decision, order: name, when });
  }
  return acts;
};

/** The plan of a seed. */
export const planOf = (seed: number, { least, most }: Size = usual): Plan => {
  const chance = namedChance(seed, "workload");
  const { below } = drawing(chance);
  const { draw } = chance;
  // A few are long enough for what is reserved to expire.
  const until = draw() < 0.04 ? 70 * MINUTE : MINUTE + below(3 * MINUTE);
  // Most runs are small, for that shows as much in less time; some are as large as they may be.
  const count = least + Math.floor((most - least + 1) * draw() ** 5);
  const orders = Array.from({ length: count }, (_, i) => orderOf(seed, i + 1, until));
  return {
    version: 1,
    seed,
    until,
    calmAt: until + 90 * SECOND,
    orders,
    acts: [...orders.flatMap((order) => cancelsOf(seed, order)), ...staffOf(seed, orders, until)],
    faults: swarmOf(seed),
  };
};
