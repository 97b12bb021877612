/** The words of a name: "OrderArchived" is "Order" and "Archived". */
export const wordsOf = (name: string): string[] => name.match(/[A-Z][a-z0-9]*/g) ?? [];

/** A name as files have it: "order-archived". */
export const kebab = (name: string): string => wordsOf(name).join("-").toLowerCase();

/** A name as constants have it: "orderArchived". */
export const camel = (name: string): string => `${name[0]?.toLowerCase()}${name.slice(1)}`;

/** A context as types and resources have it: "ReadSide". */
export const titled = (context: string): string =>
  context.replace(/(^|-)([a-z])/g, (_, __, letter: string) => letter.toUpperCase());

/** Participles that do not end in -ed; one that is missing may be added. */
const IRREGULAR = `
  Begun Bought Bound Broken Brought Built Caught Chosen Cut Dealt Done Drawn Driven Fallen Forgotten Found Frozen Given Gone Grown Held
  Hidden Hit Kept Known Laid Left Lent Lost Made Met Overdrawn Overridden Paid Put Read Rebuilt Repaid Resent Rewritten Risen Run Said
  Seen Sent Set Shown Shut Sold Sought Spent Split Spoken Stolen Stuck Swept Taken Thrown Told Torn Undone Unpaid Withdrawn Withheld
  Woken Won Worn Written
`
  .trim()
  .split(/\s+/);

/** Where the word stands that says what happened; -1 where there is none. */
export const participleIn = (words: readonly string[]): number =>
  words.findIndex((word, i) => i > 0 && (word.endsWith("ed") || IRREGULAR.includes(word)));

/** What happened, as a sentence: "The order was archived". */
export const sentenceOf = (name: string): string => {
  const words = wordsOf(name);
  const at = participleIn(words);
  const [who, what] = [words.slice(0, at), words.slice(at)].map((some) =>
    some.join(" ").toLowerCase(),
  );
  return `The ${who} was ${what}`;
};
