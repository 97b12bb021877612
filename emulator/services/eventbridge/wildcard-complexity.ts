import type { Wildcard } from "./wildcards.ts";

/*
 * How many prefixes of a field's wildcard expressions can fit one text at the same time: what Event Ruler calls the
 * complexity of a machine (github.com/aws/event-ruler, MachineComplexityEvaluator). `*ab` and the text "ab": the
 * prefixes `*` and `*ab` fit, so it is 2. Here it is computed in time linear in the expressions: once all stars are
 * reached they stay, and what more may fit is what Aho and Corasick's automaton of the texts after the stars says;
 * while the texts before the first stars are read, the expressions are followed one by one.
 */

/** A wildcard expression of a matcher; those of one anything-but have a number in common. */
export type GroupedWildcard = { group: number; wildcard: Wildcard };

type Trie = { next: Map<string, Trie>; count: number; total: number; fail: Trie | undefined };

const emptyTrie = (): Trie => ({ next: new Map(), count: 0, total: 0, fail: undefined });

/** The greatest number of prefixes of the texts that can end in one place. */
const mostAtOnce = (texts: readonly string[]): number => {
  const root = emptyTrie();
  for (const text of texts) {
    let node = root;
    for (const character of text) {
      const next: Trie = node.next.get(character) ?? emptyTrie();
      node.next.set(character, next);
      next.count += 1;
      node = next;
    }
  }
  let most = 0;
  const queue = [root];
  for (const node of queue)
    for (const [character, next] of node.next) {
      let { fail } = node;
      while (fail && !fail.next.has(character)) fail = fail.fail;
      next.fail = fail?.next.get(character) ?? root;
      next.total = next.count + next.fail.total;
      most = Math.max(most, next.total);
      queue.push(next);
    }
  return most;
};

/** Where all stars are reached of the expressions that begin as `head` does. */
const afterTheHeads = (head: string, all: readonly GroupedWildcard[]): number => {
  const reached = all.filter(({ wildcard: [first = "", ...rest] }) => {
    return rest.length > 0 && head.startsWith(first);
  });
  // The first star after one text is one state for all expressions of a matcher.
  const first = new Set(reached.map(({ group, wildcard }) => `${group} ${wildcard[0]}`));
  const later = reached.reduce((sum, { wildcard }) => sum + wildcard.length - 2, 0);
  return first.size + later + mostAtOnce(reached.flatMap(({ wildcard }) => wildcard.slice(1)));
};

const STAR = "";

/** While `head` is read, letter by letter; no further than `enough`. */
const withinTheHead = (head: string, all: readonly GroupedWildcard[], enough: number): number => {
  const runs = all.map(({ group, wildcard }, index) => {
    const [first = "", ...rest] = wildcard.map((text) => [...text]);
    const symbols = [...first, ...rest.flatMap((text) => [STAR, ...text])];
    const active = new Set(symbols[0] === STAR ? [0, 1] : [0]);
    return { group, index, symbols, alone: first.length, active };
  });
  let most = 0;
  for (const character of head) {
    const states = new Set<string>();
    for (const run of runs) {
      const { symbols, alone, group, index } = run;
      const next = new Set<number>();
      for (const at of run.active) {
        if (symbols[at - 1] === STAR) next.add(at);
        if (symbols[at] === character) next.add(at + 1);
      }
      for (const at of next) {
        if (symbols[at] === STAR) next.add(at + 1);
        if (at <= alone) states.add(`${group} ${at}`);
        else if (at === alone + 1) states.add(`${group} ${at} star`);
        else states.add(`${group} ${at} of ${index}`);
      }
      run.active = next;
    }
    most = Math.max(most, states.size);
    if (most > enough) break;
  }
  return most;
};

/** The complexity of a field's wildcard expressions; what is over `enough` is not told exactly. */
export const wildcardComplexity = (all: readonly GroupedWildcard[], enough: number): number => {
  let most = 0;
  for (const head of new Set(all.map(({ wildcard }) => wildcard[0] as string))) {
    most = Math.max(most, afterTheHeads(head, all), withinTheHead(head, all, enough));
    if (most > enough) break;
  }
  return most;
};
