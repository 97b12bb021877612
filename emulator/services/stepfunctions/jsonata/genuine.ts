/** The fields by which jsonata knows a function: anybody's data can have them too. */
const MARKS = ["_jsonata_lambda", "_jsonata_function"] as const;

/** What jsonata's own functions consist of. */
const FIELDS = new Set<string>([
  ...MARKS,
  ...["input", "environment", "arguments", "signature", "body", "thunk", "apply"],
  ...["implementation", "token", "position"],
]);

type Marked = Partial<Record<(typeof MARKS)[number], unknown>> & {
  implementation?: unknown;
  environment?: { lookup?: unknown };
};

/** Whether jsonata takes a value for a function. */
const isMarked = (value: Marked) => MARKS.some((mark) => value[mark] === true);

/** Whether a value is a function: it holds code, which no JSON can hold. */
export const isFunction = (value: unknown): boolean => {
  if (typeof value === "function") return true;
  if (typeof value !== "object" || value === null || !isMarked(value)) return false;
  const { implementation, environment } = value as Marked;
  return typeof implementation === "function" || typeof environment?.lookup === "function";
};

/** Whether jsonata would take a value for a function that is none. */
export const isForged = (value: unknown): boolean =>
  typeof value === "object" && value !== null && isMarked(value) && !isFunction(value);

/** Whether a field of a function is not the function's own, but was added to it. */
export const isAdded = (field: string) => !FIELDS.has(field);
