import jsonata from "jsonata";
import { isObject } from "../../../kernel/json.ts";
import { expressionIn } from "../jsonata/evaluate.ts";
import type { Node } from "../jsonata/hooks.ts";
import { linear } from "../jsonata/regexp.ts";
import { notEmulated, type Report } from "./report.ts";

/** Checks every expression in a template; `scope` is what `$states` has there. */
export const checkExpressions = (value: unknown, at: string, scope: string[], report: Report) => {
  const expression = expressionIn(value);
  if (expression !== undefined) {
    checkExpression(expression, at, scope, report);
  } else if (typeof value === "string" && (value.startsWith("{%") || value.endsWith("%}")))
    report("A JSONata expression must begin with '{%' and end with '%}'", at);
  else if (Array.isArray(value))
    for (const [i, item] of value.entries()) checkExpressions(item, `${at}[${i}]`, scope, report);
  else if (isObject(value))
    for (const [key, item] of Object.entries(value))
      checkExpressions(item, `${at}/${key}`, scope, report);
};

const checkExpression = (expression: string, at: string, scope: string[], report: Report) => {
  const invalid = (message: string) => report(message, at, "INVALID_JSONATA_EXPRESSION");
  try {
    const tree: Node = jsonata(expression).ast();
    const problem = misplaced(tree) ?? absent(tree, scope);
    if (problem) report(problem, at, "UNSUPPORTED_JSONATA_EXPRESSION");
    const missing = beyond(tree);
    if (missing) notEmulated(missing, at, report);
  } catch (error) {
    // What calls itself at each level of the expression runs out of stack, the parser first.
    if (error instanceof RangeError) invalid("The expression nests too deeply");
    else invalid((error as Error).message);
  }
};

/** The first problem that a check finds in some parts of an expression. */
const firstIn = (nodes: Node[], check: (node: Node) => string | undefined) => {
  for (const node of nodes) {
    const problem = check(node);
    if (problem) return problem;
  }
  return undefined;
};

/** What an expression names although, in Step Functions, there is nothing there: it has no input but $states. */
const misplaced = (node: Node): string | undefined => {
  if (node === null || typeof node !== "object") return undefined;
  if (Array.isArray(node)) return firstIn(node, misplaced);
  const { type, value } = node;
  if (type === "name" || (type === "variable" && value === ""))
    return `Reference to '${type === "name" ? value : "$"}' at the top level is not supported.`;
  if (type === "variable" && value === "$") return "Reference to '$$' is not supported.";
  // After the first step, names are relative to what it gave.
  if (type === "path") return misplaced(node.steps[0]);
  const { expression, lhs, rhs, arguments: args, expressions, procedure, condition, body } = node;
  const { then: positive, else: negative } = node;
  const within = type === "apply" ? [lhs, rhs] : [expression, lhs, rhs];
  return misplaced([...within, args, expressions, procedure, condition, positive, negative, body]);
};

/** What an expression reads of $states although it is not there in its field. */
const absent = (node: Node, scope: string[]): string | undefined => {
  if (node === null || typeof node !== "object") return undefined;
  if (node.type === "path") {
    const [first, second] = node.steps;
    if (first.type === "variable" && first.value === "states" && second?.type === "name")
      if (!scope.includes(second.value)) return `Field '$states.${second.value}' does not exist.`;
  }
  return firstIn(Object.values(node), (part) => absent(part, scope));
};

/** What of an expression this engine cannot do in a time that it can answer for. */
const beyond = (node: Node): string | undefined => {
  if (node === null || typeof node !== "object") return undefined;
  if (node.type === "regex")
    try {
      linear(node.value.source, node.value.flags);
    } catch (error) {
      return `the regular expression ${node.value}: ${(error as Error).message}`;
    }
  // A signature is matched by trying in how many ways its parameters can share the arguments.
  const signature: string = node.type === "lambda" ? (node.signature?.definition ?? "") : "";
  const count = (marks: RegExp) => signature.match(marks)?.length ?? 0;
  if (count(/\+/g) > 1 || count(/[?-]/g) > 8)
    return `the signature ${signature}: more than one parameter of many arguments, or eight optional ones`;
  return firstIn(Object.values(node), beyond);
};
