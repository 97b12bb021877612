import { brokenAtRest, brokenNow } from "./judge.ts";
import { modelOf, type Reached } from "./model.ts";
import type { Rules } from "./rules.ts";
import type { Scenario } from "./scenario.ts";
import { keyOf, type World } from "./world.ts";

/** What an exploration found: how much there is, and the first thing that is broken, by the shortest path to it. */
export type Found = {
  states: number;
  edges: number;
  rests: number;
  /** How the order may end. */
  endings: Set<string>;
  /** Where not all was walked: every story of fewer steps than these was. */
  walkedTo?: number;
  violation?: { what: string; path: string[] };
};

/**
 * Walks every interleaving, breadth first. Throws where there are more states than `most`; of a scenario that says where to end, it
 * walks every story up to a length, and does not ask whether the shop always comes to rest.
 */
export const explore = (
  rules: Rules,
  scenario: Scenario,
  { most = 3_000_000, reached = new Set() as Reached } = {},
): Found => {
  const { begin, moves, isQuiet, seen } = modelOf(rules, scenario, reached);
  const numbers = new Map<string, number>();
  const from: number[] = [];
  const words: string[] = [];
  const phrases = new Map<string, string>();
  const resting: number[] = [];
  const endings = new Set<string>();
  /** The shop's own steps, for finding out from where it comes to rest by itself. */
  const own: number[] = [];
  let edges = 0;

  const pathTo = (state: number): string[] => {
    const path: string[] = [];
    for (let at = state; at > 0; at = from[at] as number) path.unshift(words[at] as string);
    return path;
  };
  const found = (violation?: Found["violation"]): Found => ({
    states: from.length,
    edges,
    rests: resting.length,
    endings,
    ...(violation && { violation }),
  });

  const first = begin();
  numbers.set(keyOf(first), 0);
  from.push(0);
  words.push("");
  let frontier: World[] = [first];
  let [number, depth] = [0, 0];
  while (frontier.length > 0) {
    if (from.length >= (scenario.endsAt ?? Number.POSITIVE_INFINITY))
      return { ...found(), walkedTo: depth };
    depth += 1;
    const next: World[] = [];
    for (const world of frontier) {
      const at = number++;
      let isResting = isQuiet(world);
      for (const { kind, words: text, to } of moves(world)) {
        edges += 1;
        const key = keyOf(to);
        let target = numbers.get(key);
        if (target === undefined) {
          target = from.length;
          if (target >= most) throw new Error(`${scenario.name}: more than ${most} states`);
          numbers.set(key, target);
          from.push(at);
          if (!phrases.has(text)) phrases.set(text, text);
          words.push(phrases.get(text) as string);
          next.push(to);
          const now = seen(to);
          const needless = scenario.needsNobody && now.order.status === "NEEDS_ATTENTION";
          const what = needless
            ? "I7 the order needs attention, though nothing went wrong"
            : brokenNow(now);
          if (what) return found({ what, path: pathTo(target) });
        }
        if (kind !== "own" || target === at) continue;
        own.push(at, target);
        isResting = false;
      }
      if (!isResting) continue;
      resting.push(at);
      const end = seen(world);
      endings.add(`${end.order.status} ${end.stock.reservation.status} ${end.payment.status}`);
      const what = brokenAtRest(end);
      if (what) return found({ what, path: pathTo(at) });
    }
    frontier = next;
  }
  const stuck = firstThatNeverRests(from.length, own, resting);
  if (stuck === undefined) return found();
  return found({
    what: "I18 from here the shop never comes to rest by itself",
    path: pathTo(stuck),
  });
};

/** The first state from which no steps of the shop's own lead to rest. */
const firstThatNeverRests = (states: number, own: number[], resting: number[]) => {
  const heads = new Int32Array(states).fill(-1);
  const nexts = new Int32Array(own.length / 2);
  for (let edge = 0; edge < nexts.length; edge += 1) {
    const to = own[2 * edge + 1] as number;
    nexts[edge] = heads[to] as number;
    heads[to] = edge;
  }
  const rests = new Uint8Array(states);
  const open = [...resting];
  for (const state of resting) rests[state] = 1;
  for (let state = open.pop(); state !== undefined; state = open.pop())
    for (let edge = heads[state] as number; edge >= 0; edge = nexts[edge] as number) {
      const before = own[2 * edge] as number;
      if (rests[before]) continue;
      rests[before] = 1;
      open.push(before);
    }
  const stuck = rests.indexOf(0);
  return stuck < 0 ? undefined : stuck;
};
