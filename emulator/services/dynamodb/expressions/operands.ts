import type { Tokens } from "./tokens.ts";

/** One step of a document path as it is written: a name, `#placeholder` or the place in a list. */
export type Step = string | { place: string };

/** A call of a function. */
export type Call = { call: string; operands: Operand[] };

/** What stands on either side of an operator and in the brackets of a function, as it is written. */
export type Operand = { path: Step[] } | { value: string } | Call;

/** The words that a grammar keeps for itself, in lower case. */
export type Keywords = ReadonlySet<string>;

const nameAt = (tokens: Tokens, keywords: Keywords): string => {
  const { kind, text } = tokens.look();
  if (kind !== "name" && (kind !== "word" || keywords.has(text.toLowerCase()))) throw tokens.fail();
  tokens.take();
  return text;
};

/** The rest of a path behind its first steps. */
export const readSteps = (tokens: Tokens, keywords: Keywords, path: Step[]): { path: Step[] } => {
  for (;;)
    if (tokens.accept(".")) path.push(nameAt(tokens, keywords));
    else if (tokens.accept("[")) {
      if (tokens.look().kind !== "number") throw tokens.fail();
      path.push({ place: tokens.take().text });
      tokens.expect("]");
    } else return { path };
};

/** A document path: `a`, `#a.b[0]`. */
export const readPath = (tokens: Tokens, keywords: Keywords) =>
  readSteps(tokens, keywords, [nameAt(tokens, keywords)]);

/** A path, a `:value` or a call of a function, whose operands are read by `inner`. */
export const readOperand = (tokens: Tokens, keywords: Keywords, inner: () => Operand): Operand => {
  if (tokens.look().kind === "value") return { value: tokens.take().text };
  const isWord = tokens.look().kind === "word";
  const name = nameAt(tokens, keywords);
  if (isWord && tokens.accept("("))
    return { call: name, operands: tokens.inside(() => readList(tokens, inner)) };
  return readSteps(tokens, keywords, [name]);
};

/** One or more, with commas between them. */
export const readList = <T>(tokens: Tokens, read: () => T): T[] => {
  const all = [read()];
  while (tokens.accept(",")) all.push(read());
  return all;
};
