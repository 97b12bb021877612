/** Whether a value is an object of JSON: no list, not null. */
export const isObject = <T = unknown>(value: unknown): value is Record<string, T> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
