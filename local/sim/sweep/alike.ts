import { namedChance } from "emulator/kernel/chance";
import type { Case, Cases } from "./cases.ts";

/** A point without what only counts: which order it is about, and for the how-manieth time it is passed. */
const kindOf = (point: string): string => {
  const [who, what, subject = ""] = point.split(" ");
  return `${who} ${what} ${subject.replace(/order-\d+/g, "an order")}`;
};

/** The kind of a case: which fault befalls which call, whatever the flow, the order and the number of the call. */
export const kindOfCase = ({ faults }: Case): string =>
  faults.map(({ point, fault }) => `${kindOf(point)} ${fault}`).join(", ");

/**
 * One case of each kind, which stands for all that are alike. They are not the same: a sweep of all of them runs each. Those
 * that are `long` stand for others only where nothing shorter is alike.
 */
export const oneOfEachKind = (
  { count, at }: Cases,
  long: (one: Case) => boolean = () => false,
): Cases => {
  const indexes = Array.from({ length: count }, (_, index) => index);
  const kinds = Map.groupBy(indexes, (index) => kindOfCase(at(index)));
  const chosen = [...kinds].map(([kind, all]) => {
    const shorter = all.filter((index) => !long(at(index)));
    const alike = shorter.length > 0 ? shorter : all;
    // Each kind takes another one, or they would all be first calls.
    const chance = namedChance(1, kind).draw();
    return alike[Math.floor(chance * alike.length)] as number;
  });
  return { count: chosen.length, at: (index) => at(chosen[index] as number) };
};

/** Of the faults that can befall a call of each kind one in so many, by turns, and one at least. */
export const oneFaultIn = (every: number, { count, at }: Cases): Case[] => {
  const all = Array.from({ length: count }, (_, index) => at(index));
  const calls = Map.groupBy(all, ({ faults }) => faults.map(({ point }) => kindOf(point)).join());
  return [...calls.values()].flatMap((cases, turn) => {
    const chosen = cases.filter((_, index) => (index + turn) % every === 0);
    return chosen.length > 0 ? chosen : [cases[turn % cases.length] as Case];
  });
};
