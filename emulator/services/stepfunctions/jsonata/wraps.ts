import { LIMITS, overDepth } from "./limits.ts";

/** jsonata's wrapping of a function that was passed as an argument. */
type Wrapped = { arity: number };

/** What a wrapping adds to the number of arguments: jsonata asks no more of that than whether it reaches one, two, three. */
const LAYER = 2 ** -20;

const passed = new WeakSet<Wrapped>();

/**
 * Counts how often a function has been wrapped that is passed as an argument: jsonata wraps it anew each time, and a
 * call goes through all of the layers at once. Each layer takes its number of arguments from the one inside, and with
 * it the count.
 */
export const countLayers = (value: unknown) => {
  if (typeof value !== "function") return;
  const wrapped = value as unknown as Wrapped;
  if (typeof wrapped.arity !== "number" || passed.has(wrapped)) return;
  passed.add(wrapped);
  wrapped.arity += LAYER;
  if ((wrapped.arity % 1) / LAYER > LIMITS.scopes) throw overDepth();
};
