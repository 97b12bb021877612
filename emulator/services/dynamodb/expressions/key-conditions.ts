import type { Condition, Operand } from "../conditions.ts";
import { invalid } from "../errors.ts";

/** The comparison of one key attribute in a key condition, its values by placeholder. */
export type KeyComparison = { operator: string; values: string[] };

const names: Record<string, string> = {
  "=": "EQ",
  "<": "LT",
  "<=": "LE",
  ">": "GT",
  ">=": "GE",
  between: "BETWEEN",
  begins_with: "BEGINS_WITH",
};

/** The operators as they are when the attribute stands on the right. */
const turned: Record<string, string> = { "=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<=" };

const wrongOperator = (name: string) =>
  invalid(`Invalid operator used in KeyConditionExpression: ${name}`);

const isPath = (operand: Operand | undefined): operand is { path: [string] } =>
  operand !== undefined && "path" in operand;

/** The attribute and its comparison. */
const comparisonOf = (operator: string, operands: Operand[]): [string, KeyComparison] => {
  if (!names[operator])
    throw operator === "size"
      ? invalid("KeyConditionExpressions cannot contain nested operations")
      : wrongOperator(operator === "in" ? "IN" : operator);
  if ((operator === "between" || operator === "begins_with") && !isPath(operands[0]))
    throw invalid(
      `Invalid condition in KeyConditionExpression: ${operator === "between" ? "BETWEEN" : operator} operator must have the key attribute as its first operand`,
    );
  let at: number | undefined;
  for (const [i, operand] of operands.entries()) {
    if ("size" in operand)
      throw invalid("KeyConditionExpressions cannot contain nested operations");
    if (!isPath(operand)) continue;
    if (at !== undefined)
      throw invalid(
        "Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition",
      );
    if (operand.path.length > 1)
      throw invalid("KeyConditionExpressions cannot have conditions on nested attributes");
    at = i;
  }
  if (at === undefined)
    throw invalid("Invalid condition in KeyConditionExpression: No key attribute specified");
  const [name] = (operands[at] as { path: [string] }).path;
  const values = operands.filter((_, i) => i !== at) as { value: string }[];
  const meant = at === 0 ? operator : (turned[operator] as string);
  return [name, { operator: names[meant] as string, values: values.map(({ value }) => value) }];
};

/** A condition as one on a key: by attribute, what it is compared with. Throws AWS's ValidationException. */
export const keyConditionOf = (condition: Condition): Record<string, KeyComparison> => {
  const found = new Map<string, KeyComparison>();
  const read = (part: Condition) => {
    if ("or" in part) throw wrongOperator("OR");
    if ("not" in part) throw wrongOperator("NOT");
    if ("and" in part) {
      for (const inner of part.and) read(inner);
      return;
    }
    const [name, comparison] = comparisonOf(part.operator, part.operands);
    if (found.has(name))
      throw invalid("KeyConditionExpressions must only contain one condition per key");
    found.set(name, comparison);
  };
  read(condition);
  if (found.size > 2) throw invalid("Conditions can be of length 1 or 2 only");
  return Object.fromEntries(found);
};
