/** What a request may say once: who says it twice hopes that two readers choose differently. */
const once = new Set(["authorization", "content-length", "host", "transfer-encoding"]);

/**
 * The headers of a request, by their names in lower case: one that comes again is joined with a comma and no blank, as
 * the HTTP API joins it, cookies with a semicolon. Undefined where one comes again that may not.
 */
export const joined = (raw: readonly string[]): Record<string, string> | undefined => {
  const headers = new Map<string, string>();
  for (let at = 0; at < raw.length; at += 2) {
    const name = (raw[at] as string).toLowerCase();
    const value = raw[at + 1] as string;
    const before = headers.get(name);
    if (before === undefined) headers.set(name, value);
    else if (once.has(name)) return undefined;
    else headers.set(name, `${before}${name === "cookie" ? "; " : ","}${value}`);
  }
  return Object.fromEntries(headers);
};
