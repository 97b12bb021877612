/** How deep AWS's services read JSON: what goes deeper is no request to them. It is far below what recursion survives. */
export const deepestJson = 1_000;

const [quote, backslash, openList, closeList, openMap, closeMap] = Buffer.from('"\\[]{}');

/** Whether JSON goes deeper than `deepest` lists and objects: read once, from left to right, without recursion. */
export const nestsTooDeep = (json: string | Uint8Array, deepest = deepestJson): boolean => {
  if (json.length <= deepest) return false;
  const bytes = typeof json === "string" ? Buffer.from(json) : json;
  let depth = 0;
  let inText = false;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (inText) {
      if (byte === backslash) at += 1;
      else if (byte === quote) inText = false;
    } else if (byte === quote) inText = true;
    else if (byte === openList || byte === openMap) {
      depth += 1;
      if (depth > deepest) return true;
    } else if (byte === closeList || byte === closeMap) depth -= 1;
  }
  return false;
};
