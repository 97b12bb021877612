/** Rewrites what the graph says of AWS's addresses into what they are on this machine. */
export type Localiser = {
  /** From now on `from`, wherever it stands in a text, is `to`. */
  replace: (from: string | undefined, to: string) => void;
  /** The same value with everything replaced, however deep, also inside texts of JSON. */
  localise: <T>(value: T) => T;
};

/** A localiser that knows no address yet. */
export const localiser = (): Localiser => {
  const pairs: [from: string, to: string][] = [];
  const text = (value: string) =>
    pairs.reduce((result, [from, to]) => result.replaceAll(from, to), value);
  const deep = (value: unknown): unknown =>
    typeof value === "string"
      ? text(value)
      : Array.isArray(value)
        ? value.map(deep)
        : typeof value === "object" && value !== null
          ? Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, deep(inner)]))
          : value;
  return {
    replace(from, to) {
      if (from === undefined || from === to) return;
      pairs.push([from, to]);
      pairs.sort(([a], [b]) => b.length - a.length); // the longest first: one address may begin like another
    },
    localise: (value) => deep(value) as typeof value,
  };
};
