/** What is searched, and what for: a place's code, by `at`. */
export type Codes = { length: number; at: (place: number) => number };

/** Whether the codes hold the pattern, in steps as many as both are long: Knuth, Morris and Pratt's search. */
export const hasWithin = (text: Codes, pattern: Codes): boolean => {
  const { length } = pattern;
  if (length > text.length) return false;
  if (length === 0) return true;
  // How much of the pattern's beginning its first i + 1 codes end with.
  const overlap = new Int32Array(length);
  const extended = (matched: number, code: number) => {
    let most = matched;
    while (most > 0 && pattern.at(most) !== code) most = overlap[most - 1] as number;
    return pattern.at(most) === code ? most + 1 : 0;
  };
  for (let i = 1; i < length; i++) overlap[i] = extended(overlap[i - 1] as number, pattern.at(i));
  let matched = 0;
  for (let i = 0; i < text.length; i++) {
    matched = extended(matched, text.at(i));
    if (matched === length) return true;
  }
  return false;
};

/** So short a pattern costs little at the worst: what is built in is faster, though it takes length times length. */
const short = 16;

/** Whether the text holds the pattern, in linear time. */
export const includesText = (text: string, pattern: string): boolean =>
  pattern.length <= short
    ? text.includes(pattern)
    : hasWithin(
        { length: text.length, at: (i) => text.charCodeAt(i) },
        { length: pattern.length, at: (i) => pattern.charCodeAt(i) },
      );

/** Whether the bytes hold the pattern, in linear time. */
export const includesBytes = (bytes: Buffer, pattern: Buffer): boolean =>
  pattern.length <= short
    ? bytes.includes(pattern)
    : hasWithin(
        { length: bytes.length, at: (i) => bytes[i] as number },
        { length: pattern.length, at: (i) => pattern[i] as number },
      );
