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
 * One case of each kind, that stands for all that are alike: another one each turn, so that in time each has had its turn. They
 * are not the same, for a flow may be at another place; a sweep of all of them runs each.
 */
export const oneOfEachKind = ({ count, at }: Cases, turn: number): Cases => {
  const kinds = new Map<string, number[]>();
  for (let index = 0; index < count; index++) {
    const kind = kindOfCase(at(index));
    const alike = kinds.get(kind);
    if (alike) alike.push(index);
    else kinds.set(kind, [index]);
  }
  const chosen = [...kinds].map(([kind, alike]) => {
    // Each kind begins elsewhere, or one turn would be all first calls.
    const first = Math.floor(namedChance(1, kind).draw() * alike.length);
    return alike[(first + turn) % alike.length] as number;
  });
  return { count: chosen.length, at: (index) => at(chosen[index] as number) };
};
