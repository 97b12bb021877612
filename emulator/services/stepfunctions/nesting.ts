/** How deep JSON may nest: a stated bound of ours, and what the parser that AWS is known to use allows by itself. */
export const NESTING_LIMIT = 1_000;

/** What is said of JSON that nests deeper. */
export const TOO_DEEP = `Document nesting depth exceeds the maximum allowed (${NESTING_LIMIT})`;

/** Whether a JSON text nests deeper than it may. What walks through JSON afterwards can do so by calling itself. */
export const nestsTooDeep = (text: string): boolean => {
  if (text.length <= 2 * NESTING_LIMIT) return false;
  let depth = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    if (inString) {
      if (character === "\\") i += 1;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === "[" || character === "{") {
      depth += 1;
      if (depth > NESTING_LIMIT) return true;
    } else if (character === "]" || character === "}") depth -= 1;
  }
  return false;
};
