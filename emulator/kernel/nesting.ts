import { AwsError, type Engine } from "./engine.ts";

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

/** Whether a value has at most so many levels of lists and objects in each other. Looks no deeper than that. */
export const isShallow = (value: unknown, levels: number): boolean => {
  if (typeof value !== "object" || value === null) return true;
  if (levels === 0) return false;
  // Most are text: no call is made for those.
  for (const inner of Array.isArray(value) ? value : Object.values(value))
    if (typeof inner === "object" && !isShallow(inner, levels - 1)) return false;
  return true;
};

/** More levels than any input of a service has whose inputs have no levels of the caller's own. */
const enough = 8;

/**
 * Operations that refuse an input nested deeper than any that they take: nothing behind them can be brought to walk
 * what has no bottom, or to keep it.
 */
export const shallowInputs = (operations: Engine["operations"]): Engine["operations"] =>
  Object.fromEntries(
    Object.entries(operations).map(([name, operation]) => [
      name,
      (input, caller) => {
        if (!isShallow(input, enough))
          throw new AwsError("SerializationException", "The request is nested too deeply.");
        return operation(input, caller);
      },
    ]),
  );
