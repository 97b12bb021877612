import type { Clock } from "../../../kernel/clock.ts";
import { isForged } from "./genuine.ts";
import { createMeter, LIMITS, type Meter, overDepth, overMemory } from "./limits.ts";
import { refuse } from "./refuse.ts";
import { regExpOf } from "./regexp.ts";
import { countLayers } from "./wraps.ts";

// biome-ignore lint/suspicious/noExplicitAny: jsonata's syntax tree has no published type
export type Node = any;

/** What jsonata has for each evaluation. */
type Base = { meter?: Meter; RegexEngine: unknown };
/** A scope of variables. */
type Frame = {
  base: Base;
  level?: number;
  /** The parts that an array, an object or a group is evaluating now: who waits for their turn. */
  turns?: Map<Node, (() => void)[]>;
  keys?: number;
};

/** What jsonata passes to the functions that an expression calls. */
export type Focus = { environment: { base: Base; timestamp: Date }; input: unknown };

/** The meter of the evaluation that calls a function. */
export const meterOf = ({ environment: { base } }: Focus): Meter => meterIn(base);

const meterIn = (base: Base): Meter => {
  base.meter ??= createMeter();
  return base.meter;
};

/** What is asked of a node beside being counted. */
type Role = {
  /** Of what it is a part that jsonata would evaluate at the same time as the other parts. */
  turn?: Node;
  /** Whether all of its value is looked at by the operator that it is an operand of. */
  look?: boolean;
  /** Whether it is passed to a function. */
  passed?: boolean;
  /** Whether it is the key of a group. */
  key?: boolean;
  /** Whether it is an end of a range. */
  end?: boolean;
  /** How many steps each value costs that it gives: those that an index or a binding is made of. */
  each?: number;
};

/** The operators that may look at all of their right operand; `&` does so at both. */
const LOOKING = ["=", "!=", "<", "<=", ">", ">=", "in", "&"];

/** Finds the roles of an expression's nodes. */
const rolesIn = (tree: Node): Map<Node, Role> => {
  const roles = new Map<Node, Role>();
  const give = (node: Node, role: Role) => void roles.set(node, { ...roles.get(node), ...role });
  const group = (container: Node) => {
    for (const [key, value] of container.lhs) {
      give(key, { key: true });
      give(value, { turn: container });
    }
  };
  const pending: Node[] = [tree];
  // Some fields of a node are undefined: they are no end.
  while (pending.length > 0) {
    const node = pending.pop();
    if (typeof node !== "object" || node === null) continue;
    if (node.type === "unary" && node.value === "[" && node.expressions.length > 1)
      for (const part of node.expressions) give(part, { turn: node });
    if (node.type === "unary" && node.value === "{") group(node);
    if (node.group) group(node.group);
    if (node.type === "binary" && LOOKING.includes(node.value)) {
      give(node.rhs, { look: true });
      if (node.value === "&") give(node.lhs, { look: true });
    }
    if (node.type === "function") for (const part of node.arguments) give(part, { passed: true });
    if (node.type === "apply") give(node.lhs, { passed: true });
    if (node.type === "binary" && node.value === "..")
      for (const end of [node.lhs, node.rhs]) give(end, { end: true });
    // Each index is compared with the place of each value that is filtered.
    for (const { expr } of [...(node.predicate ?? []), ...(node.stages ?? [])])
      if (expr) give(expr, { each: 1 / 8 });
    if (node.type === "path" && node.steps.some((step: Node) => step.tuple))
      for (const step of node.steps) give(step, { each: 1 / 2 });
    for (const { expression } of node.terms ?? []) give(expression, { look: true });
    pending.push(...Object.values(node));
  }
  return roles;
};

/** Lets the parts of one whole be evaluated one after another, so that their depths do not add up. */
const turnIn = (frame: Frame, whole: Node): Promise<void> | undefined => {
  frame.turns ??= new Map();
  const waiting = frame.turns.get(whole);
  if (waiting) return new Promise((resolve) => waiting.push(resolve));
  frame.turns.set(whole, []);
  return undefined;
};

const endTurn = ({ turns }: Frame, whole: Node) => {
  const next = turns?.get(whole)?.shift();
  if (next) next();
  else turns?.delete(whole);
};

/**
 * What jsonata calls before and after each node and for each scope, by the names of its hooks: everything that an
 * expression does is counted there, and others get their turn meanwhile.
 */
export const hooksFor = (tree: Node, clock: Clock) => {
  const roles = rolesIn(tree);

  const begin = (node: Node, input: unknown, { base }: Frame) => {
    const meter = meterIn(base);
    meter.enter();
    const { type } = node;
    if (type === "regex") base.RegexEngine = regExpOf(meter);
    else if (
      type === "wildcard" ||
      type === "descendant" ||
      (type === "name" && Array.isArray(input))
    )
      meter.look(input);
    return meter.pause()
      ? clock.hold(new Promise<void>((resolve) => setImmediate(resolve)))
      : undefined;
  };

  const entry = (node: Node, input: unknown, frame: Frame) => {
    const whole = roles.get(node)?.turn;
    const turn = whole && turnIn(frame, whole);
    return turn ? turn.then(() => begin(node, input, frame)) : begin(node, input, frame);
  };

  const exit = (node: Node, _input: unknown, frame: Frame, result: unknown) => {
    const meter = meterIn(frame.base);
    meter.leave();
    if (isForged(result))
      throw refuse("D1013", "An object must not have a key by which JSONata knows its functions");
    const { type, value } = node;
    if (node.group || (type === "unary" && value !== "-") || (type === "binary" && value === "&"))
      meter.make(result);
    const role = roles.get(node);
    if (!role) return;
    if (role.look) meter.look(result);
    if (role.passed) countLayers(result);
    if (role.each && Array.isArray(result)) meter.spend(result.length * role.each);
    // Beyond, counting up by one stands still.
    if (role.end && typeof result === "number" && Math.abs(result) > Number.MAX_SAFE_INTEGER)
      throw overMemory();
    if (role.key) {
      // Each value is copied together with those that have come under its key before.
      frame.keys = (frame.keys ?? 0) + 1;
      meter.spend(frame.keys >> 8);
    }
    if (role.turn) endTurn(frame, role.turn);
  };

  const push = (outer: Frame, frame: Frame) => {
    frame.level = (outer.level ?? 0) + 1;
    if (frame.level > LIMITS.scopes) throw overDepth();
  };

  return {
    "jsonata.__evaluate_entry": entry,
    "jsonata.__evaluate_exit": exit,
    "jsonata.__createFrame_push": push,
  };
};
