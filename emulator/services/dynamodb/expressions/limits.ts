import { invalid } from "../errors.ts";

const longest = 4096;
const mostOperators = 300;
const mostMembers = 100;
const mostSubstituted = 2 * 1024 * 1024;

/** Counts the bytes of placeholders and of what they stand for: 2 MB of names, of values, and of both together. */
export const substitutionsOf = () => {
  let all = 0;
  /** Refuses what is too much at the first of those that are. */
  return (member: "ExpressionAttributeNames" | "ExpressionAttributeValues") => {
    const before = all;
    return (placeholder: string, size: number) => {
      all += placeholder.length + size;
      if (all - before > mostSubstituted) throw invalid(`${member} exceeds max size`);
      if (all > mostSubstituted)
        throw invalid(
          "Combined size of ExpressionAttributeNames and ExpressionAttributeValues exceeds max size",
        );
    };
  };
};

/** Refuses an expression that says nothing. */
export const checkSomething = (expression: string, text: string) => {
  if (text.trim() === "") throw invalid(`Invalid ${expression}: The expression can not be empty;`);
};

/** Refuses an expression of more than 4 KB. */
export const checkSize = (expression: string, text: string) => {
  const size = Buffer.byteLength(text);
  if (size > longest)
    throw invalid(
      `Invalid ${expression}: Expression size has exceeded the maximum allowed size; expression size: ${size}`,
    );
};

/** Counts operators and functions: 300 may be in one expression. */
export const counterOf = (expression: string) => {
  let count = 0;
  return () => {
    count += 1;
    // AWS counts no further than to the first that is too many.
    if (count > mostOperators)
      throw invalid(
        `Invalid ${expression}: The expression contains too many operators; operator count: ${count}`,
      );
  };
};

/** An IN takes at most 100 operands beside the first. */
export const checkMembers = (expression: string, count: number) => {
  if (count > mostMembers)
    throw invalid(
      `Invalid ${expression}: The IN operator is provided with too many operands; number of operands: ${count}`,
    );
};
