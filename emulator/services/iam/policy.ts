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

const list = <T>(value: T | T[] | undefined): T[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value];

/** A test for a pattern of IAM: * is any text, ? one character. */
const wildcard = (pattern: string, flags = "") => {
  if (pattern === "*") return () => true;
  if (!/[*?]/.test(pattern) && flags === "") return (text: string) => text === pattern;
  const source = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  const expression = new RegExp(`^${source}$`, `s${flags}`);
  return (text: string) => expression.test(text);
};

const anyOf = (tests: ((text: string) => boolean)[]) => (text: string) =>
  tests.some((test) => test(text));

const exact = (value: string) => (text: string) => text === value;
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
    super(`The local cloud does not evaluate ${what} of a policy.`);
    this.what = what;
  }
}

const condition = (block: Statement["Condition"]): Test => {
  const tests = Object.entries(block ?? {}).flatMap(([operator, keys]) => {
    const found = operators[operator];
    if (!found) throw new UnreadablePolicy(`the condition operator ${operator}`);
    return Object.entries(keys).map(([key, values]): Test => {
      const name = key.toLowerCase();
      const matches = anyOf(list(values).map((value) => found.compare(value)));
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
  const names = principal === "*" ? ["*"] : Object.values(principal).flatMap(list);
  const matches = anyOf(names.map((name) => (name === "*" ? () => true : exact(name))));
  return (question) => matches(question.principal ?? "");
};

/** Compiles a policy document. Throws UnreadablePolicy for what it cannot evaluate. */
export const compilePolicy = (
  document: string | { Statement: Statement | Statement[] },
): Rule[] => {
  const parsed = typeof document === "string" ? JSON.parse(document) : document;
  return list<Statement>(parsed.Statement).map((statement) => {
    for (const unread of ["NotAction", "NotResource", "NotPrincipal"])
      if (unread in statement) throw new UnreadablePolicy(unread);
    const action = anyOf(list(statement.Action).map((pattern) => wildcard(pattern, "i")));
    const resource = anyOf(list(statement.Resource ?? "*").map((pattern) => wildcard(pattern)));
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
  });
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
