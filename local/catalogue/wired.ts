import type { Graph } from "emulator/boot/graph";
import { mapOf } from "../console/map.ts";
import type { Thing, ThingKind } from "../console/map-things.ts";
import type { Wire } from "../console/map-wires.ts";

/** A wire with the things at its ends. */
export type Tie = { from: Thing; to: Thing; kind: Wire["kind"]; label: string };

/** The map of the shop, to ask it what leads where. */
export type Wired = {
  things: Thing[];
  ties: Tie[];
  at: (arnOrId: unknown) => Thing | undefined;
  /** Things of a kind that a thing leads to, over wires whose label matches. */
  after: (id: string, kind: ThingKind, label?: RegExp) => Thing[];
  /** Things that lead to a thing. */
  before: (id: string) => Tie[];
};

/** Ties the things of a graph together, as the console's map does. */
export const wiredOf = (graph: Graph): Wired => {
  const { things, wires } = mapOf(graph);
  const known = new Map(
    things.flatMap((thing) => [thing.id, thing.arn].map((key) => [key, thing])),
  );
  const ties = wires.flatMap(({ from, to, kind, label = "" }): Tie[] => {
    const [a, b] = [known.get(from), known.get(to)];
    return a && b ? [{ from: a, to: b, kind, label }] : [];
  });
  return {
    things,
    ties,
    at: (key) => (typeof key === "string" ? known.get(key) : undefined),
    after: (id, kind, label = /^/) =>
      ties
        .filter((tie) => tie.from.id === id && tie.to.kind === kind && label.test(tie.label))
        .map(({ to }) => to),
    before: (id) => ties.filter((tie) => tie.to.id === id),
  };
};
