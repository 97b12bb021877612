import { DATA_LIMIT, type Execution, type Json, type Thread, visitOf } from "./execution.ts";
import { StateFailed } from "./queries.ts";

/** How much all variables of an execution may hold together, in bytes. */
const VARIABLES_LIMIT = 10 * 1024 * 1024;

/** What sets of variables hold, in bytes of JSON: a set is never changed, another one takes its place. */
const sizes = new WeakMap<object, number>();

const sizeOf = (variables: Record<string, Json>): number => {
  const size =
    sizes.get(variables) ??
    Object.values(variables).reduce<number>(
      (sum, value) => sum + Buffer.byteLength(JSON.stringify(value)),
      0,
    );
  sizes.set(variables, size);
  return size;
};

/** The variables of a thread after an assignment. Fails the state that assigns more than AWS lets it. */
export const assign = (
  x: Execution,
  t: Thread,
  assigned: Record<string, Json>,
): Record<string, Json> => {
  const replaced = Object.keys(assigned).filter((name) => name in t.variables);
  const before = Object.fromEntries(replaced.map((name) => [name, t.variables[name] as Json]));
  const kept = { ...t.variables, ...assigned };
  sizes.set(kept, sizeOf(t.variables) - sizeOf(before) + sizeOf(assigned));
  const stored = Object.values(x.threads).reduce(
    (sum, thread) => sum + sizeOf(thread === t ? kept : thread.variables),
    0,
  );
  if (sizeOf(assigned) <= DATA_LIMIT && stored <= VARIABLES_LIMIT) return kept;
  throw new StateFailed({
    error: "States.DataLimitExceeded",
    cause: `The variables assigned in the state '${visitOf(t).state}' exceed the maximum number of bytes service limit.`,
  });
};
