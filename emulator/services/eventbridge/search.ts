import type { CrushedEvent, Element, Leaf, PathNode } from "./crush.ts";
import type { Test } from "./operators.ts";
import type { Budget } from "./wildcards.ts";

/** What a pattern wants of the leaves at one path: that one of them passes, or that there is none. */
export type Field = {
  /** The names of the path, at every dot. */
  path: readonly string[];
  absent: boolean;
  test: Test;
};

/** Fields that must all hold, of leaves that do not stand in different elements of one array. */
export type Rule = readonly Field[];

/**
 * Steps after which a search for elements that fit together gives up: the event does not match. An array of objects
 * needs a few steps an element; only paths that are spelt in two ways at once ("a.b" as a name, and nested) need more.
 */
export const mostSteps = 2_000_000;

/** The nodes along a path; undefined where the event ends before. */
const along = (root: CrushedEvent, path: readonly string[]): PathNode[] | undefined => {
  const nodes = [root];
  let node: PathNode | undefined = root;
  for (const name of path) {
    node = node.children?.get(name);
    if (!node) return undefined;
    nodes.push(node);
  }
  return nodes;
};

type Candidates = { field: Field; all: readonly Leaf[]; passing: readonly Leaf[] };

/** Leaves by number, without those that stand in other elements of the arrays that `chosen` speaks of. */
const gapsBeside = (chosen: readonly Element[]): [from: number, to: number][] => {
  const excluded: [from: number, to: number][] = [];
  for (const innermost of chosen)
    for (let at: Element | undefined = innermost; at; at = at.outer) {
      if (at.array.from < at.from) excluded.push([at.array.from, at.from]);
      if (at.to < at.array.to) excluded.push([at.to, at.array.to]);
    }
  excluded.sort((a, b) => a[0] - b[0]);
  const gaps: [from: number, to: number][] = [];
  let from = 0;
  for (const [begin, end] of excluded) {
    if (begin > from) gaps.push([from, begin]);
    from = Math.max(from, end);
  }
  gaps.push([from, Number.POSITIVE_INFINITY]);
  return gaps;
};

/** The index of the first leaf whose number is not below `at`. */
const firstFrom = (leaves: readonly { at: number }[], at: number): number => {
  let low = 0;
  let high = leaves.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((leaves[middle] as { at: number }).at < at) low = middle + 1;
    else high = middle;
  }
  return low;
};

const isWithin = (inner: Element, outer: Element): boolean =>
  outer.id <= inner.id && outer.from <= inner.from && inner.to <= outer.to;

/**
 * Whether one passing leaf of every field can be chosen so that no two stand in different elements of one array. Of
 * what was chosen only the elements count that a later field can still meet; each combination of them is tried once.
 */
const fitsTogether = (
  root: CrushedEvent,
  candidates: readonly Candidates[],
  budget: Budget,
): boolean => {
  /** The last field that has an array's path on its own. */
  const lastUse = new Map<PathNode, number>();
  for (const [i, { field }] of candidates.entries())
    for (const node of along(root, field.path) ?? []) lastUse.set(node, i);
  /** The innermost element around a place that fields from `i` on can meet. */
  const met = (element: Element | undefined, i: number): Element | undefined => {
    let at = element;
    while (at && (lastUse.get(at.array.node) ?? -1) < i) at = at.outer;
    return at;
  };
  const choices = candidates.map(({ passing }, i) => {
    const seen = new Set<Element | undefined>();
    const found: { at: number; element: Element | undefined }[] = [];
    for (const { at, within } of passing) {
      const element = met(within, i);
      if (seen.has(element)) continue;
      seen.add(element);
      found.push({ at, element });
    }
    return found;
  });
  const failed = new Set<string>();

  const after = (chosen: readonly Element[], element: Element | undefined, i: number) => {
    const all = [...chosen, element].flatMap((one) => met(one, i) ?? []);
    return all
      .filter(
        (one, n) =>
          all.indexOf(one) === n && !all.some((other) => other !== one && isWithin(other, one)),
      )
      .sort((a, b) => a.id - b.id);
  };
  const holds = (i: number, chosen: readonly Element[]): boolean => {
    const here = candidates[i];
    if (!here) return true;
    const key = `${i} ${chosen.map(({ id }) => id).join(" ")}`;
    if (failed.has(key)) return false;
    const gaps = gapsBeside(chosen);
    budget.left -= gaps.length;
    let any = false;
    for (const [from, to] of gaps) {
      any ||= (here.all[firstFrom(here.all, from)]?.at ?? to) < to;
      const mine = choices[i] as { at: number; element: Element | undefined }[];
      for (let n = firstFrom(mine, from); n < mine.length; n += 1) {
        const { at, element } = mine[n] as { at: number; element: Element | undefined };
        if (at >= to) break;
        budget.left -= 1;
        if (budget.left < 0) return false;
        if (holds(i + 1, after(chosen, element, i + 1))) return true;
      }
    }
    if (!any && here.field.absent && holds(i + 1, after(chosen, undefined, i + 1))) return true;
    failed.add(key);
    return false;
  };
  return holds(0, []);
};

/** Asks an event about the fields of one rule after another; what one field found is not looked for again. */
export const searchIn = (root: CrushedEvent, budget: Budget) => {
  const known = new Map<Field, Candidates | undefined>();
  const find = (field: Field): Candidates | undefined => {
    const all = along(root, field.path)?.at(-1)?.leaves ?? [];
    if (all.length === 0) return field.absent ? { field, all, passing: all } : undefined;
    const passing = all.filter(({ value }) => field.test(value));
    // Where a leaf is that does not pass, the field may be absent in other elements.
    return passing.length > 0 || field.absent ? { field, all, passing } : undefined;
  };
  return (rule: Rule): boolean => {
    const candidates: Candidates[] = [];
    for (const field of rule) {
      if (!known.has(field)) known.set(field, find(field));
      const found = known.get(field);
      if (!found) return false;
      candidates.push(found);
    }
    const inArrays = candidates.some(({ all }) => all.some(({ within }) => within));
    if (inArrays) return fitsTogether(root, candidates, budget);
    return candidates.every(({ all, passing }) => passing.length > 0 || all.length === 0);
  };
};
