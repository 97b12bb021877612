import { invalid } from "../errors.ts";
import { isFunction } from "./functions.ts";
import { counterOf } from "./limits.ts";

/** A piece of an expression, and where it stands: `#name`, `:value`, a word, digits, or a sign. */
type Token = {
  kind: "name" | "value" | "word" | "number" | "sign" | "end";
  text: string;
  start: number;
  end: number;
};

/** An expression read token by token, each looked at a bounded number of times. */
export type Tokens = {
  /** How many tokens were looked at: what reading the expression cost. */
  steps: () => number;
  look: () => Token;
  take: () => Token;
  /** Takes the sign if it comes next. Answers whether it did. */
  accept: (sign: string) => boolean;
  /** Takes the keyword, in any case, if it comes next. Answers whether it did. */
  acceptWord: (word: string) => boolean;
  /** Takes the sign. Throws AWS's syntax error when something else is there. */
  expect: (sign: string) => void;
  /** AWS's syntax error about the next token. */
  fail: () => Error;
  /** Reads what stands in parentheses, of which the first is taken, and the second. */
  inside: <T>(read: () => T) => T;
};

// A name begins with a letter: AWS takes a leading underscore or digit for a token of its own.
const pattern =
  /([a-zA-Z][a-zA-Z0-9_]*)|(#[a-zA-Z0-9_]+)|(:[a-zA-Z0-9_]+)|([0-9]+)|<>|<=|>=|[^ \t\r\n]/gu;

const split = (text: string): Token[] => {
  const tokens = [...text.matchAll(pattern)].map((match): Token => {
    const [found, word, name, value, digits] = match;
    const kind = word ? "word" : name ? "name" : value ? "value" : digits ? "number" : "sign";
    return { kind, text: found, start: match.index, end: match.index + found.length };
  });
  return [...tokens, { kind: "end", text: "<EOF>", start: text.length, end: text.length }];
};

/**
 * More parentheses within each other than an expression can need: it has 300 operators and functions at most, and
 * paths of 32 steps. What is wrong with more of them is found out without a recursion.
 */
const deepest = 400;

const operators = new Set("and or not between in = <> < <= > >= + -".split(" "));

/** What AWS says of a function that it does not have, and of one that cannot stand within another. */
const misplaced = (name: string) =>
  isFunction(name)
    ? `The function is not allowed to be used this way in an expression; function: ${name}`
    : `Invalid function name; function: ${name}`;

/** The text of an expression ("FilterExpression") in pieces. Reading them throws AWS's ValidationException. */
export const tokensOf = (expression: string, text: string): Tokens => {
  const tokens = split(text);
  let [at, depth, steps] = [0, 0, 0];

  const look = () => {
    steps += 1;
    return tokens[at] as Token;
  };
  const fail = (place = at) => {
    const last = tokens.length - 2;
    const [from, to] = [tokens[Math.max(0, place - 1)], tokens[Math.min(last, place + 1)]];
    const near = from && to && last >= 0 ? text.slice(from.start, to.end) : "";
    return invalid(
      `Invalid ${expression}: Syntax error; token: "${tokens[place]?.text}", near: "${near}"`,
    );
  };
  const accept = (sign: string) => {
    if (look().text !== sign) return false;
    at += 1;
    return true;
  };
  const tooDeep = () => {
    let open = 0;
    for (const [place, token] of tokens.entries()) {
      if (token.text === "(") open += 1;
      if (token.text === ")") open -= 1;
      if (open < 0) return fail(place);
    }
    if (open > 0) return fail(tokens.length - 1);
    const count = counterOf(expression);
    for (const token of tokens) if (operators.has(token.text.toLowerCase())) count();
    const { kind, text: before } = tokens[at - 2] as Token;
    const what =
      kind === "word" && !operators.has(before.toLowerCase())
        ? misplaced(before)
        : "The expression has redundant parentheses;";
    return invalid(`Invalid ${expression}: ${what}`);
  };
  const expect = (sign: string) => {
    if (!accept(sign)) throw fail();
  };

  return {
    steps: () => steps,
    look,
    take() {
      const token = look();
      at += 1;
      return token;
    },
    accept,
    acceptWord(word) {
      const { kind, text: found } = look();
      if (kind !== "word" || found.toLowerCase() !== word) return false;
      at += 1;
      return true;
    },
    expect,
    fail: () => fail(),
    inside(read) {
      depth += 1;
      if (depth > deepest) throw tooDeep();
      const found = read();
      expect(")");
      depth -= 1;
      return found;
    },
  };
};
