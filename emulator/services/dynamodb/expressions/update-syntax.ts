import { type Operand, readList, readOperand, readPath, type Step } from "./operands.ts";
import type { Tokens } from "./tokens.ts";

/** The right side of a SET as it is written. */
export type TermSyntax = Operand | { sum: [Operand, Operand]; sign: "+" | "-" };

/** One change that an update expression asks for, as it is written. */
export type ClauseSyntax =
  | { section: "SET"; path: Step[]; term: TermSyntax }
  | { section: "REMOVE"; path: Step[] }
  | { section: "ADD" | "DELETE"; path: Step[]; value: string };

const keywords = new Set(["set", "remove", "add", "delete"]);

/** All changes in their order, by sections: each is there once, which is not looked at here. */
export const readUpdate = (tokens: Tokens): { sections: ClauseSyntax[][]; redundant: boolean } => {
  let redundant = false;
  const grouped = new Set<TermSyntax>();
  const group = <T extends TermSyntax>(read: () => T): T => {
    const found = tokens.inside(read);
    if (grouped.has(found)) redundant = true;
    grouped.add(found);
    return found;
  };
  const operand = (): Operand =>
    tokens.accept("(") ? group(operand) : readOperand(tokens, keywords, operand);

  const term = (): TermSyntax => {
    const left = tokens.accept("(") ? group(term) : readOperand(tokens, keywords, operand);
    if ("sum" in left) return left;
    const sign = tokens.look().text;
    if (sign !== "+" && sign !== "-") return left;
    tokens.take();
    return { sum: [left, operand()], sign };
  };

  const path = () => readPath(tokens, keywords).path;
  const value = () => {
    if (tokens.look().kind !== "value") throw tokens.fail();
    return tokens.take().text;
  };
  const clauses: Record<string, () => ClauseSyntax> = {
    set() {
      const at = path();
      tokens.expect("=");
      return { section: "SET", path: at, term: term() };
    },
    remove: () => ({ section: "REMOVE", path: path() }),
    add: () => ({ section: "ADD", path: path(), value: value() }),
    delete: () => ({ section: "DELETE", path: path(), value: value() }),
  };
  const sections: ClauseSyntax[][] = [];
  do {
    const word = tokens.look().text.toLowerCase();
    if (!keywords.has(word)) throw tokens.fail();
    tokens.take();
    sections.push(readList(tokens, clauses[word] as () => ClauseSyntax));
  } while (tokens.look().kind !== "end");
  return { sections, redundant };
};
