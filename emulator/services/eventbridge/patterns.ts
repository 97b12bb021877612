import { isObject } from "../../kernel/json.ts";
import { type CrushedEvent, crush } from "./crush.ts";
import { invalid, type Json, readMatchers, reserved } from "./operators.ts";
import { type Field, mostSteps, searchIn } from "./search.ts";
import { wildcardComplexity } from "./wildcard-complexity.ts";
import type { Budget, Wildcard } from "./wildcards.ts";

export { type CrushedEvent, crush } from "./crush.ts";

/*
 * Event patterns as EventBridge's own open-source matcher, Event Ruler, reads them (github.com/aws/event-ruler):
 * a pattern is compiled to rules (one for each way through its $or's), a rule to one list of matchers per path. An
 * event is crushed to its leaves, each knowing in which element of which array it stands: the leaves that
 * satisfy a rule must not stand in different elements of one array.
 */

/** A pattern made ready to be asked about many events; a search that needs more than its budget finds nothing. */
export type CompiledPattern = (event: CrushedEvent, budget?: Budget) => boolean;

/** AWS refuses deeper nesting in events; a pattern has no room for it. */
const deepest = 1000;

/** What Event Ruler's documentation proposes for one rule, and AWS's refusals agree with. */
const mostComplex = 10;

/** A field before its path is known as a whole, with the wildcards of its matchers. */
type CompiledField = Field & { wildcards: readonly (readonly Wildcard[])[] };

const field = (path: string, matchers: Json[]): CompiledField => {
  if (matchers.length === 0) throw invalid("Empty arrays are not allowed");
  return { path: path.split("."), ...readMatchers(matchers) };
};

const rulesOf = (
  pattern: { [name: string]: Json },
  path: string,
  within: boolean,
  depth: number,
): CompiledField[][] => {
  const entries = Object.entries(pattern);
  if (entries.length === 0) throw invalid("Empty objects are not allowed");
  if (depth > deepest) throw invalid(`It is nested deeper than ${deepest} levels`);
  const always: CompiledField[] = [];
  let ways: CompiledField[][] = [[]];
  const and = (others: CompiledField[][]) => {
    const [only] = others;
    if (only && others.length === 1) {
      always.push(...only);
      return;
    }
    if (ways.length * others.length > 1000)
      throw invalid("Rule is too complex - it has more than 1000 combinations of $or");
    ways = ways.flatMap((way) => others.map((other) => [...way, ...other]));
  };
  for (const [name, value] of entries) {
    const to = path === "" ? name : `${path}.${name}`;
    if (name === "$or") {
      if (!Array.isArray(value)) throw invalid("It must be an Array followed with $or.");
      const alternatives = value.map((alternative) => {
        if (!isObject(alternative))
          throw invalid("Only JSON object is allowed in array of $or relationship.");
        return rulesOf(alternative, path, true, depth + 1);
      });
      if (alternatives.length < 2)
        throw invalid("There must have at least 2 Objects in $or relationship.");
      and(alternatives.flat());
    } else if (within && reserved.has(name)) {
      throw invalid(`${name} is Ruler reserved fieldName which cannot be used inside $or.`);
    } else if (isObject(value)) {
      and(rulesOf(value, to, within, depth + 1));
    } else if (Array.isArray(value)) {
      always.push(field(to, value));
    } else {
      throw invalid(`"${name}" must be an object or an array`);
    }
  }
  return ways.map((way) => [...always, ...way]);
};

/** By path; a dot comes before every other character, so that what is in one array stays together. */
const byPath = (a: Field, b: Field): number => {
  for (const [i, name] of a.path.entries()) {
    const other = b.path[i];
    if (other === undefined) return 1;
    if (name !== other) return name < other ? -1 : 1;
  }
  return a.path.length - b.path.length;
};

/** Rules that agree in the fields before one are one machine there: their wildcards count together. */
const checkComplexity = (rules: readonly (readonly CompiledField[])[]) => {
  const machines = new Map<string, Set<CompiledField>>();
  const numbers = new Map<CompiledField, number>();
  for (const rule of rules) {
    if (!rule.some(({ wildcards }) => wildcards.length > 0)) continue;
    let before = "";
    for (const field of rule) {
      if (!numbers.has(field)) numbers.set(field, numbers.size);
      const key = `${before} ${field.path.join(".")}`;
      machines.set(key, (machines.get(key) ?? new Set()).add(field));
      before += ` ${numbers.get(field)}`;
    }
  }
  for (const fields of machines.values()) {
    const matchers = [...fields].flatMap(({ wildcards }) => wildcards);
    // Event Ruler sees a text with its quotes.
    const grouped = matchers.flatMap((wildcards, group) =>
      wildcards.map((wildcard) => {
        const quoted = [...wildcard];
        quoted[0] = `"${quoted[0]}`;
        quoted[quoted.length - 1] += '"';
        return { group, wildcard: quoted };
      }),
    );
    if (wildcardComplexity(grouped, mostComplex) > mostComplex)
      throw invalid(
        "Rule is too complex - try using fewer wildcard characters or fewer repeating character sequences after a wildcard character",
      );
  }
};

/** Compiles a pattern. Throws InvalidEventPatternException. */
export const compilePattern = (pattern: unknown): CompiledPattern => {
  if (!isObject<Json>(pattern)) throw invalid("Filter is not an object");
  const rules = rulesOf(pattern, "", false, 1);
  for (const rule of rules) rule.sort(byPath);
  checkComplexity(rules);
  return (leaves, budget = { left: mostSteps }) => {
    const fits = searchIn(leaves, budget);
    return rules.some(fits);
  };
};

/** Reads a pattern from its JSON text. Throws InvalidEventPatternException. */
export const validatePattern = (json: string): CompiledPattern => {
  let pattern: unknown;
  try {
    pattern = JSON.parse(json);
  } catch (error) {
    throw invalid((error as Error).message);
  }
  return compilePattern(pattern);
};

/** Whether an event matches a pattern. Throws InvalidEventPatternException. */
export const matches = (pattern: unknown, event: unknown): boolean =>
  compilePattern(pattern)(crush(event));
