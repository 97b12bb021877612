import type { Node } from "./hooks.ts";

/** How many nodes a plain expression may have, and how deep they may nest. */
const NODES = 200;
const DEPTH = 50;

const OPERATORS = [
  ...["+", "-", "*", "/", "%", "=", "!=", "<", "<=", ">", ">="],
  ...["and", "or", "in", "&"],
];

/** What makes of a node more than its type says: filters, groups, positions, parents. */
const MORE = ["predicate", "group", "stages", "focus", "index", "tuple", "ancestor"];

/**
 * Whether an expression can neither repeat nor call anything: then its work is bounded by its own length and by its
 * input's, and nothing of it has to be counted. Most expressions of a machine are of this kind.
 */
export const isPlain = (tree: Node): boolean => {
  let nodes = 0;
  const all = (parts: Node[], depth: number) => parts.every((part) => plain(part, depth));
  const plain = (node: Node, depth: number): boolean => {
    nodes += 1;
    if (nodes > NODES || depth > DEPTH || MORE.some((field) => field in node)) return false;
    const { type, value } = node;
    const next = depth + 1;
    switch (type) {
      case "string":
      case "number":
      case "value":
      case "variable":
        return true;
      case "path":
        // A variable in a later step would be looked up for each value of the steps before it.
        return node.steps.every(
          (step: Node, i: number) =>
            (step.type === "name" || (step.type === "variable" && i === 0)) &&
            !MORE.some((field) => field in step),
        );
      case "binary":
        return OPERATORS.includes(value) && all([node.lhs, node.rhs], next);
      case "unary":
        if (value === "-") return plain(node.expression, next);
        return all(value === "[" ? node.expressions : node.lhs.flat(), next);
      case "condition":
        return all([node.condition, node.then, node.else].filter(Boolean), next);
      case "block":
        return all(node.expressions, next);
      default:
        return false;
    }
  };
  return plain(tree, 1);
};
