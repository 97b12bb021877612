/** What a function logged of an error: what it says, and the error that it says it of. */
export type ErrorLine = { message: string; error: string };

const maybeError = /"level"\s*:\s*"ERROR"/;

/** Reads a line as Lambda's runtime writes it, {timestamp, level, requestId, message}; undefined for one that tells of no error. */
export const errorLineOf = (line: string): ErrorLine | undefined => {
  if (!maybeError.test(line)) return undefined;
  try {
    const { level, message: logged } = JSON.parse(line);
    if (level !== "ERROR") return undefined;
    if (typeof logged !== "object" || logged === null)
      return { message: String(logged ?? ""), error: "" };
    const { message, error = logged.errorType, detail = logged.errorMessage } = logged;
    const told = [error, detail].filter((part) => typeof part === "string" && part !== "");
    return { message: String(message ?? told[0] ?? ""), error: told.join(": ") };
  } catch {
    return undefined; // no line of JSON
  }
};
