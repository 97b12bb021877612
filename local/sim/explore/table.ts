const texts = new WeakMap<object, string>();

const textOf = (value: object): string => {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  members.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, member]) => `${name}:${canonical(member)}`).join()}}`;
};

/** A value as text: the same for the same value, whatever the order of its members; what is undefined is not there. No value may change later. */
export const canonical = (value: unknown): string => {
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const known = texts.get(value);
  if (known !== undefined) return known;
  const text = textOf(value);
  texts.set(value, text);
  return text;
};

/** Gives each different value a number: two are the same where their numbers are, and a state of the world is a few numbers. */
export const table = <Value>(keyOf: (value: Value) => string = canonical) => {
  const numbers = new Map<string, number>();
  const values: Value[] = [];
  return {
    of: (value: Value): number => {
      const key = keyOf(value);
      const known = numbers.get(key);
      if (known !== undefined) return known;
      numbers.set(key, values.length);
      return values.push(value) - 1;
    },
    at: (number: number): Value => values[number] as Value,
    all: (): readonly Value[] => values,
  };
};
