import type { Path } from "../conditions.ts";
import { invalid } from "../errors.ts";
import type { AttributeType } from "../items.ts";
import type { Clause, Term, Update } from "../updates.ts";
import { findingsIn } from "./findings.ts";
import { isFunction, updateFunctions } from "./functions.ts";
import { counterOf } from "./limits.ts";
import type { Operand, Step } from "./operands.ts";
import { nestedIn, type PathKind, pathsApart } from "./paths.ts";
import type { Placeholders } from "./placeholders.ts";
import { tokensOf } from "./tokens.ts";
import { type ClauseSyntax, readUpdate, type TermSyntax } from "./update-syntax.ts";

const expression = "UpdateExpression";

const typeNames: Partial<Record<AttributeType, string>> = {
  S: "STRING",
  N: "NUMBER",
  B: "BINARY",
  NULL: "NULL",
  BOOL: "BOOLEAN",
  L: "LIST",
  M: "MAP",
};

const order = [
  "parens",
  "reserved",
  "unknownFunction",
  "misusedFunction",
  "section",
  "name",
  "value",
  "overlap",
  "conflict",
  "operand",
  "type",
] as const;

/** Only of values is the type known before there is an item. */
type Typed = { term: Term; type?: AttributeType | undefined };

/** Reads an update expression. Throws AWS's ValidationException. */
export const updateOf = (
  text: string,
  placeholders: Placeholders,
): { update: Update; nested: Set<string> } => {
  const { sections, redundant } = readUpdate(tokensOf(expression, text));
  const findings = findingsIn<(typeof order)[number] | PathKind>(order);
  if (redundant) findings.add("parens", "The expression has redundant parentheses;");
  const count = counterOf(expression);
  const apart = pathsApart(findings);
  const read: Path[] = [];

  const pathOf = (steps: Step[]): Path => {
    const path = placeholders.path(steps, {
      reserved: (message) => findings.add("reserved", message),
      undefinedName: (message) => findings.add("name", message),
    });
    read.push(path);
    return path;
  };
  const typeOf = (value: string) =>
    placeholders.typeOf(value, (message) => findings.add("value", message));
  const wrongType = (operator: string, type: string) =>
    findings.add(
      "type",
      `Incorrect operand type for operator or function; operator or function: ${operator}, operand type: ${type}`,
    );
  const allOf = (operator: string, type: AttributeType, operands: Typed[]) => {
    for (const operand of operands)
      if (operand.type && operand.type !== type) wrongType(operator, operand.type);
  };

  const callOf = (name: string, given: Operand[]): Term => {
    const operands = given.map(operandOf);
    const wanted = updateFunctions.get(name);
    if (wanted === undefined)
      findings.add(
        "unknownFunction",
        isFunction(name)
          ? `The function is not allowed in an update expression; function: ${name}`
          : `Invalid function name; function: ${name}`,
      );
    else if (operands.length !== wanted)
      findings.add(
        "type",
        `Incorrect number of operands for operator or function; operator or function: ${name}, number of operands: ${operands.length}`,
      );
    const [first, second] = operands as [Typed, Typed];
    if (name === "if_not_exists") {
      if ("path" in first.term)
        return { ifNotExists: [first.term.path, second?.term ?? first.term] };
      findings.add(
        "type",
        `Operator or function requires a document path; operator or function: ${name}`,
      );
    }
    if (name === "list_append") {
      allOf(name, "L", operands);
      for (const operand of given)
        if ("call" in operand && operand.call === name)
          findings.add(
            "misusedFunction",
            `The function is not allowed to be used this way in an expression; function: ${name}`,
          );
    }
    return { append: [first.term, second?.term ?? first.term] };
  };
  const operandOf = (operand: Operand): Typed => {
    if ("path" in operand) return { term: { path: pathOf(operand.path) } };
    if ("value" in operand) return { term: { value: operand.value }, type: typeOf(operand.value) };
    count();
    return { term: callOf(operand.call, operand.operands) };
  };
  const termOf = (syntax: TermSyntax): Term => {
    if (!("sum" in syntax)) return operandOf(syntax).term;
    count();
    const pair = syntax.sum.map(operandOf) as [Typed, Typed];
    allOf(syntax.sign, "N", pair);
    return { plus: [pair[0].term, pair[1].term], sign: syntax.sign === "+" ? 1 : -1 };
  };
  const clauseOf = (syntax: ClauseSyntax): Clause => {
    const path = pathOf(syntax.path);
    apart.add(path);
    if (syntax.section === "SET") return { type: "set", path, term: termOf(syntax.term) };
    if (syntax.section === "REMOVE") return { type: "remove", path };
    const { section, value } = syntax;
    const type = typeOf(value);
    const name = type && typeNames[type];
    if (name && !(section === "ADD" && type === "N"))
      findings.add(
        "operand",
        `Incorrect operand type for operator or function; operator: ${section}, operand type: ${name}`,
      );
    return { type: section === "ADD" ? "add" : "delete", path, value };
  };

  const seen = new Set<string>();
  const clauses = sections.flatMap((section) => {
    const { section: name } = section[0] as ClauseSyntax;
    if (seen.has(name))
      findings.add(
        "section",
        `The "${name}" section can only be used once in an update expression;`,
      );
    seen.add(name);
    return section.map(clauseOf);
  });
  const worst = findings.worst();
  if (worst) throw invalid(`Invalid ${expression}: ${worst}`);
  const { paths } = apart;
  return {
    update: { clauses, paths, heads: new Set(paths.map(([head]) => head as string)) },
    nested: nestedIn(read),
  };
};
