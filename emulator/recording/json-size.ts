/** How large a text of JSON is, and what comes of it when it is made: lists, objects and what is in them; how deep; its longest text, in characters. */
export type JsonSize = { values: number; depth: number; text: number };

const [quote, backslash, openList, closeList, openMap, closeMap, comma] = Buffer.from('"\\[]{},');

/**
 * Measures JSON before anything is made of it: read once, from left to right, without recursion. Of what is no JSON it
 * says something, too. It ends where one of `most` is passed.
 */
export const sizeOfJson = (json: string, most: JsonSize): JsonSize => {
  const size = { values: 1, depth: 0, text: 0 };
  let depth = 0;
  let from = -1; // where the text begins in which one is
  for (let at = 0; at < json.length; at += 1) {
    const code = json.charCodeAt(at);
    if (from >= 0) {
      if (code === backslash) at += 1;
      else if (code === quote) {
        size.text = Math.max(size.text, at - from - 1);
        if (size.text > most.text) break;
        from = -1;
      }
    } else if (code === quote) from = at;
    else if (code === comma) size.values += 1;
    else if (code === openList || code === openMap) {
      size.values += 1;
      depth += 1;
      size.depth = Math.max(size.depth, depth);
      if (size.values > most.values || depth > most.depth) break;
    } else if (code === closeList || code === closeMap) depth -= 1;
  }
  if (from >= 0) size.text = Math.max(size.text, json.length - from);
  return size;
};
