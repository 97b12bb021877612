import { isObject } from "../../kernel/json.ts";
import { fitsWildcard } from "./wildcard.ts";

/** One statement of a policy document, as AWS writes it. */
export type Statement = {
  Effect: "Allow" | "Deny";
  Action?: string | string[];
  NotAction?: unknown;
  Resource?: string | string[];
  NotResource?: unknown;
  Principal?: "*" | Record<string, string | string[]>;
  Condition?: Record<string, Record<string, string | string[]>>;
};

/** What is asked of a policy. */
export type Question = {
  action: string;
  /** Absent where nobody can say: then a statement fits whatever resource it names. */
  resource?: string;
  /** By name in lower case, as IAM tells keys apart: "aws:sourcearn". What is absent fails every test but a negated one. */
  context?: Record<string, string | undefined>;
  /** For resource policies: who asks, "events.amazonaws.com" or a role's ARN. */
  principal?: string;
};

type Test = (question: Question) => boolean;
/** A statement, compiled. */
export type Rule = { effect: "Allow" | "Deny"; applies: Test };

const exact = (value: string) => (text: string) => text === value;

const list = <T>(value: T | T[] | undefined): T[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value];

/** A test for a pattern of IAM. */
const wildcard = (pattern: string) => {
  if (pattern === "*") return () => true;
  if (!/[*?]/.test(pattern)) return exact(pattern);
  return (text: string) => fitsWildcard(pattern, text);
};
/** Likewise, without regard to case. */
const wildcardOfAction = (pattern: string) => {
  const fits = wildcard(pattern.toLowerCase());
  return (action: string) => fits(action.toLowerCase());
};

const anyOf = (tests: ((text: string) => boolean)[]) => (text: string) =>
  tests.some((test) => test(text));

const operators: Record<
  string,
  { compare: (value: string) => (text: string) => boolean; negated?: true }
> = {
  StringEquals: { compare: exact },
  StringLike: { compare: wildcard },
  StringNotEquals: { compare: exact, negated: true },
  StringNotLike: { compare: wildcard, negated: true },
  ArnEquals: { compare: wildcard },
  ArnLike: { compare: wildcard },
  Bool: { compare: (value) => (text) => text === value },
};

/** Says what of a policy cannot be evaluated faithfully: it is refused when it is read. */
export class UnreadablePolicy extends Error {
  override name = "UnreadablePolicy";
  readonly what: string;
  constructor(what: string) {
    super(`The emulator does not evaluate ${what} of a policy.`);
    this.what = what;
  }
}

/** Says what is no policy at all. */
export class MalformedPolicy extends Error {
  override name = "MalformedPolicy";
}

/** The texts that stand in one place of a policy, one or a list. Throws for what is no text, and for what stands for another. */
const texts = (where: string, value: unknown): string[] =>
  list(value).map((one) => {
    const text = typeof one === "boolean" || typeof one === "number" ? String(one) : one;
    if (typeof text !== "string")
      throw new MalformedPolicy(`${where} has something that is no text`);
    if (text.includes("${")) throw new UnreadablePolicy(`the variable in ${text}`);
    return text;
  });

const condition = (block: Statement["Condition"] = {}): Test => {
  if (!isObject(block)) throw new MalformedPolicy("Condition is no object");
  const tests = Object.entries(block).flatMap(([operator, keys]) => {
    const found = Object.hasOwn(operators, operator) ? operators[operator] : undefined;
    if (!found) throw new UnreadablePolicy(`the condition operator ${operator}`);
    if (!isObject(keys)) throw new MalformedPolicy(`${operator} is no object`);
    return Object.entries(keys).map(([key, values]): Test => {
      const name = key.toLowerCase();
      const matches = anyOf(texts(operator, values).map((value) => found.compare(value)));
      return ({ context = {} }) => {
        const actual = context[name];
        if (actual === undefined) return found.negated === true;
        return matches(actual) !== (found.negated === true);
      };
    });
  });
  return (question) => tests.every((test) => test(question));
};

const principals = (principal: Statement["Principal"]): Test => {
  if (principal === undefined) return () => true;
  if (principal !== "*" && !isObject(principal))
    throw new MalformedPolicy("Principal is no object");
  const named = principal === "*" ? ["*"] : Object.values(principal).flat();
  const names = texts("Principal", named);
  const matches = anyOf(names.map((name) => (name === "*" ? () => true : exact(name))));
  return (question) => matches(question.principal ?? "");
};

const compile = (statement: Statement): Rule => {
  if (!isObject(statement)) throw new MalformedPolicy("A statement is no object");
  if (statement.Effect !== "Allow" && statement.Effect !== "Deny")
    throw new MalformedPolicy("A statement's Effect is neither Allow nor Deny");
  for (const unread of ["NotAction", "NotResource", "NotPrincipal"])
    if (unread in statement) throw new UnreadablePolicy(unread);
  const action = anyOf(texts("Action", statement.Action).map(wildcardOfAction));
  const resource = anyOf(texts("Resource", statement.Resource ?? "*").map(wildcard));
  const passes = condition(statement.Condition);
  const isFor = principals(statement.Principal);
  return {
    effect: statement.Effect,
    applies: (question) =>
      action(question.action) &&
      (question.resource === undefined || resource(question.resource)) &&
      isFor(question) &&
      passes(question),
  };
};

const parse = (document: string): unknown => {
  try {
    return JSON.parse(document);
  } catch {
    throw new MalformedPolicy("It is not JSON");
  }
};

/** Compiles a policy document. Throws MalformedPolicy for what is none, UnreadablePolicy for what it cannot evaluate. */
export const compilePolicy = (
  document: string | { Statement: Statement | Statement[] },
): Rule[] => {
  const parsed = typeof document === "string" ? parse(document) : document;
  if (!isObject(parsed)) throw new MalformedPolicy("It is no object");
  return list(parsed.Statement as Statement | Statement[]).map(compile);
};

/** What the rules say: an explicit deny wins, and without an allow it is an implicit deny. */
export const evaluate = (rules: Rule[], question: Question): "allow" | "deny" | "implicit" => {
  let allowed = false;
  for (const { effect, applies } of rules) {
    if (!applies(question)) continue;
    if (effect === "Deny") return "deny";
    allowed = true;
  }
  return allowed ? "allow" : "implicit";
};
