/** A wildcard expression: the literal texts before, between and after its stars. Without a star it is one text. */
export type Wildcard = readonly string[];

/** Reads a wildcard expression; `\*` and `\\` are literals. Throws what `refuse` makes of the reason. */
export const parseWildcard = (text: string, refuse: (reason: string) => Error): Wildcard => {
  const pieces = [""];
  const at = (index: number) => Buffer.byteLength(text.slice(0, index)) + 1; // after the quote
  for (let i = 0; i < text.length; i++) {
    const character = text.charAt(i);
    const next = text.charAt(i + 1);
    if (character === "*") {
      if (next === "*") throw refuse(`Consecutive wildcard characters at pos ${at(i)}`);
      pieces.push("");
    } else {
      const escaped = character === "\\";
      if (escaped && next !== "*" && next !== "\\")
        throw refuse(`Invalid escape character at pos ${at(i)}`);
      pieces[pieces.length - 1] += escaped ? next : character;
      if (escaped) i += 1;
    }
  }
  return pieces;
};

/** For each prefix of a text, how long the longest shorter one is that ends it (Knuth, Morris and Pratt). */
const borders = (text: string): number[] => {
  const found = [0];
  for (let i = 1, length = 0; i < text.length; ) {
    if (text.charCodeAt(i) === text.charCodeAt(length)) found[i++] = ++length;
    else if (length > 0) length = found[length - 1] as number;
    else found[i++] = 0;
  }
  return found;
};

/** What a search may still do, in steps. */
export type Budget = { left: number };

/** Whether a wildcard expression fits a text: in time linear in the text, whatever it is. */
export const wildcardTest = (wildcard: Wildcard): ((text: string, budget?: Budget) => boolean) => {
  const [head = "", ...rest] = wildcard;
  const tail = rest.pop();
  if (tail === undefined) return (text) => text === head;
  const pieces = rest.map((piece) => ({ piece, border: borders(piece) }));
  return (text, budget) => {
    const end = text.length - tail.length;
    if (end < head.length || !text.startsWith(head) || !text.endsWith(tail)) return false;
    let from = head.length;
    for (const { piece, border } of pieces) {
      let fits = 0;
      for (; fits < piece.length && from < end; from += 1) {
        const code = text.charCodeAt(from);
        while (fits > 0 && code !== piece.charCodeAt(fits)) {
          fits = border[fits - 1] as number;
          if (budget) budget.left -= 1;
        }
        if (code === piece.charCodeAt(fits)) fits += 1;
        if (budget) budget.left -= 1;
      }
      if (fits < piece.length) return false;
    }
    return true;
  };
};
