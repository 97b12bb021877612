import { deepestJson } from "../../../kernel/nesting.ts";
import { isAdded, isFunction } from "./genuine.ts";

/**
 * How much one expression may do. AWS bounds an evaluation in time, depth and memory. Depth and memory are as people
 * have measured them on AWS; where a bound of time would fall differently on every machine, ours counts steps.
 */
export const LIMITS = {
  /** How deep an evaluation may nest: on AWS the boundary lies at 99 to 101. */
  depth: 100,
  /** What one value may hold in bytes: AWS takes [1..873782], at 8 a number, and not one number more. */
  memory: 873_782 * 8,
  /** The most elements that $range gives: on AWS they weigh more than those of the operator. */
  range: 360_145,
  /** Evaluated nodes, and the work of built-in functions in the same measure: half a second or so. */
  steps: 250_000,
  /** What all values together may hold that one evaluation makes: nothing tells which of them are still held. */
  made: 32 * 1024 * 1024,
  /** How deep a value may nest. */
  nesting: deepestJson,
  /** How many scopes, and wrappings of a function, may lie around one another: look-ups and calls go through them all. */
  scopes: 200,
  /** After how many steps others get their turn. */
  turn: 10_000,
};

/** Thrown where an evaluation is over a bound, in AWS's words. */
export class Exceeded extends Error {
  override name = "Exceeded";
}

/** AWS's refusals: the wording is AWS's, but for the first, which is JSONata's own. */
export const overSteps = () =>
  new Exceeded("Expression evaluation timeout: Check for infinite loop");
export const overMemory = () =>
  new Exceeded("Expression evaluation memory limit exceeded: Check for excessive memory usage");
export const overDepth = () =>
  new Exceeded(
    "Stack overflow error: Check for non-terminating recursive function. Consider rewriting as tail-recursive",
  );

/** Counts what one evaluation does. Each method throws `Exceeded` where that is too much. */
export type Meter = {
  /** Pays for work, in steps. */
  spend: (steps: number) => void;
  left: () => number;
  /** Pays for looking at all of a value, or for making it. Answers what it holds, in bytes. */
  look: (value: unknown) => number;
  make: (value: unknown) => void;
  enter: () => void;
  leave: () => void;
  /** Whether it is the turn of others. */
  pause: () => boolean;
};

export const createMeter = (): Meter => {
  let steps = 0;
  let depth = 0;
  let made = 0;
  let turn = LIMITS.turn;

  const spend = (more: number) => {
    steps += more;
    if (steps > LIMITS.steps) throw overSteps();
  };
  const look = (value: unknown) => {
    const weight = weigh(value);
    // A step takes about as long as to look at some hundred bytes.
    spend(weight >> 8);
    return weight;
  };

  return {
    spend,
    left: () => LIMITS.steps - steps,
    look,
    make(value) {
      made += look(value);
      if (made > LIMITS.made) throw overMemory();
    },
    enter() {
      spend(1);
      depth += 1;
      if (depth > LIMITS.depth) throw overDepth();
    },
    leave() {
      depth -= 1;
    },
    pause() {
      if (steps < turn) return false;
      turn = steps + LIMITS.turn;
      return true;
    },
  };
};

const weightOf = (value: unknown) => (typeof value === "string" ? value.length : 8);

/**
 * What a value holds written out, in bytes: what is in it twice counts twice, for whoever walks through it comes by
 * twice. Throws `Exceeded` as soon as it is over the limit. `met` is told of each function.
 */
export const weigh = (value: unknown, met?: () => void): number => {
  if (typeof value === "function") met?.();
  if (typeof value !== "object" || value === null) {
    const weight = weightOf(value);
    if (weight > LIMITS.memory) throw overMemory();
    return weight;
  }
  let weight = 0;
  const walk = (part: unknown, nesting: number) => {
    if (typeof part !== "object" || part === null) {
      if (typeof part === "function") met?.();
      weight += weightOf(part);
    } else if (nesting > LIMITS.nesting) throw overMemory();
    else if (Array.isArray(part)) {
      if (part.length === 0) weight += 8;
      for (let i = 0; i < part.length; i++) walk(part[i], nesting + 1);
    } else {
      weight += 8;
      const called = isFunction(part);
      if (called) met?.();
      for (const key in part) {
        if (called && !isAdded(key)) continue;
        weight += key.length;
        walk((part as Record<string, unknown>)[key], nesting + 1);
      }
    }
    if (weight > LIMITS.memory) throw overMemory();
  };
  walk(value, 1);
  return weight;
};
