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
  const kinds = new Map<string, number[]>();
  for (let index = 0; index < count; index++) {
    const kind = kindOfCase(at(index));
    const alike = kinds.get(kind);
    if (alike) alike.push(index);
    else kinds.set(kind, [index]);
  }
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
  const calls = new Map<string, Case[]>();
  for (let index = 0; index < count; index++) {
    const one = at(index);
    const call = one.faults.map(({ point }) => kindOf(point)).join();
    calls.set(call, [...(calls.get(call) ?? []), one]);
  }
  return [...calls.values()].flatMap((cases, turn) => {
    const chosen = cases.filter((_, index) => (index + turn) % every === 0);
    return chosen.length > 0 ? chosen : [cases[turn % cases.length] as Case];
  });
};
