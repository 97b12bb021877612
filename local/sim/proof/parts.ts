import { doors } from "../../fuzz/doors.ts";
import { museum } from "../mutants/museum.ts";
import { small, usual } from "../plan.ts";
import { oneOfEachKind } from "../sweep/alike.ts";
import { type FlowPoints, mixed, pairsOf, singlesOf, triplesOf } from "../sweep/cases.ts";
import { takesHours } from "../sweep/flows.ts";
import type { Task } from "./task.ts";

/** A part of the proof that is made of tasks. */
export type Part = {
  name: string;
  /** What it counts, and what that shows. */
  counts: string;
  shows: string;
  /** Its share of all time, of a hundred. */
  share: number;
  tasks: { count: number; at: (index: number) => Task };
  /** How much of what it counts is in all its tasks. */
  whole: number;
  /** Its hashes are to be those of another part, which ran in other processes. */
  sameAs?: string;
};

/** Of so many seeds one is of a large shop. */
const ONE_IN = 10;
const SEEDS = 10_000;
const AGAIN = 1_000;
const TRIPLES = 3_000;
const HISTORIES = 1_000;
const INPUTS = 100_000;
const AT_ONCE = { histories: 50, fuzz: 500 };

const seeds = (count: number): Part["tasks"] => ({
  count,
  at: (index) => ({ do: "seed", seed: index + 1, size: index % ONE_IN === 0 ? usual : small }),
});

const casesOf = (cases: ReturnType<typeof singlesOf>) => {
  const { count, at } = mixed(cases);
  return {
    whole: count,
    tasks: { count, at: (index: number): Task => ({ do: "case", one: at(index) }) },
  };
};

const hunted = museum.filter(({ elsewhere }) => !elsewhere);
const doorNames = Object.keys(doors);

/** The parts, in the order in which they run: `recorded` is every flow with its I/O points. */
export const partsOf = (recorded: readonly FlowPoints[]): Part[] => [
  {
    name: "seeds",
    counts: `whole shops, each from a seed: 3 or 4 orders, in one of ${ONE_IN} up to 40`,
    shows: "every promise holds, at every step and in three ledgers that are not ours",
    share: 45,
    tasks: seeds(SEEDS),
    whole: SEEDS,
  },
  {
    name: "hashes",
    counts: "seeds again, in other processes",
    shows: "each is the same story, byte for byte",
    share: 4,
    tasks: seeds(AGAIN),
    whole: AGAIN,
    sameAs: "seeds",
  },
  {
    name: "kinds",
    counts: "single faults: each that can befall a call, at one call of each kind",
    shows: "the order ends well, and all books agree",
    share: 8,
    ...casesOf(oneOfEachKind(singlesOf(recorded), takesHours)),
  },
  {
    name: "singles",
    counts: "single faults: each that can befall a point, at each point of each flow",
    shows: "the same",
    share: 8,
    ...casesOf(singlesOf(recorded)),
  },
  {
    name: "pairs",
    counts: "pairs of points of a flow, with a fault at either",
    shows: "the same",
    share: 8,
    ...casesOf(pairsOf(recorded)),
  },
  {
    name: "triples",
    counts: "times three points of a flow, drawn by chance",
    shows: "the same",
    share: 3,
    ...casesOf(triplesOf(recorded, TRIPLES)),
  },
  {
    name: "mutants",
    counts: "defects, each put into the shop",
    shows: "the simulator finds it",
    share: 6,
    tasks: {
      count: hunted.length,
      at: (index) => ({ do: "mutant", name: hunted[index]?.name ?? "", first: 1, most: 25 }),
    },
    whole: hunted.length,
  },
  {
    name: "histories",
    counts: "histories of one order that five clients move at once",
    shows: "each is one of the order's rulebook (linearizable)",
    share: 2,
    tasks: {
      count: HISTORIES / AT_ONCE.histories,
      at: (index) => ({ do: "histories", seed: index + 1, count: AT_ONCE.histories }),
    },
    whole: HISTORIES,
  },
  {
    name: "fuzz",
    counts: "inputs that nobody expects, at the doors of the shop",
    shows: "no hang, nothing lost, and the next good order goes through",
    share: 6,
    tasks: {
      count: INPUTS / AT_ONCE.fuzz,
      at: (index) => ({
        ...{ do: "fuzz", seed: index + 1, count: AT_ONCE.fuzz },
        door: doorNames[index % doorNames.length] as string,
      }),
    },
    whole: INPUTS,
  },
];
