import { type Call, type Operand, readList, readOperand, readSteps } from "./operands.ts";
import type { Tokens } from "./tokens.ts";

/** One comparison: an operator such as `<=`, `between` or `in`, and what it compares. */
export type Comparison = { operator: string; operands: Operand[] };

/** A condition as it is written. */
export type ConditionSyntax =
  | { and: [ConditionSyntax, ConditionSyntax] }
  | { or: [ConditionSyntax, ConditionSyntax] }
  | { not: ConditionSyntax }
  | Comparison
  | Call;

type Found = ConditionSyntax | Operand;

const keywords = new Set(["and", "or", "not", "between", "in"]);

const comparators = new Set(["=", "<>", "<", "<=", ">", ">="]);

const isOperand = (found: Found): found is Operand =>
  "path" in found || "value" in found || "call" in found;

/** A condition, filter or key condition, and whether it has parentheses that do nothing. */
export const readCondition = (
  tokens: Tokens,
): { condition: ConditionSyntax; redundant: boolean } => {
  let redundant = false;
  const grouped = new Set<Found>();

  /** What stands in parentheses; it goes on behind them only as a path does, `(a).b`. */
  const group = <T extends Found>(read: () => T): T => {
    const found = tokens.inside(read);
    if (grouped.has(found)) redundant = true;
    grouped.add(found);
    const { text } = tokens.look();
    return "path" in found && (text === "." || text === "[")
      ? (readSteps(tokens, keywords, [...found.path]) as T)
      : found;
  };
  const operand = (): Operand =>
    tokens.accept("(") ? group(operand) : readOperand(tokens, keywords, operand);

  /** A path or a value is no condition: something to compare it with is missing here. */
  const asCondition = (found: Found): ConditionSyntax => {
    if ("path" in found || "value" in found) throw tokens.fail();
    return found;
  };

  /** Takes the word that joins what was found, which has to be a condition, to another. */
  const isNext = (word: string, found: Found) => {
    const { kind, text } = tokens.look();
    if (kind !== "word" || text.toLowerCase() !== word) return false;
    asCondition(found);
    tokens.take();
    return true;
  };

  // Only behind what follows is it known whether parentheses hold a condition or an operand.
  const single = (): Found => {
    if (tokens.acceptWord("not")) return { not: asCondition(single()) };
    const left = tokens.accept("(") ? group(either) : readOperand(tokens, keywords, operand);
    if (!isOperand(left)) return left;
    const { kind, text } = tokens.look();
    if (kind === "sign" && comparators.has(text)) {
      tokens.take();
      return { operator: text, operands: [left, operand()] };
    }
    if (tokens.acceptWord("between")) {
      const low = operand();
      if (!tokens.acceptWord("and")) throw tokens.fail();
      return { operator: "between", operands: [left, low, operand()] };
    }
    if (tokens.acceptWord("in")) {
      tokens.expect("(");
      const members = tokens.inside(() => readList(tokens, operand));
      return { operator: "in", operands: [left, ...members] };
    }
    return left;
  };
  const all = (): Found => {
    let found = single();
    while (isNext("and", found)) found = { and: [asCondition(found), asCondition(single())] };
    return found;
  };
  const either = (): Found => {
    let found = all();
    while (isNext("or", found)) found = { or: [asCondition(found), asCondition(all())] };
    return found;
  };

  const condition = asCondition(either());
  if (tokens.look().kind !== "end") throw tokens.fail();
  return { condition, redundant };
};
