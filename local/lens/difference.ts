import type { Entry } from "./entry.ts";
import { plainItem } from "./milestones.ts";

/** One attribute of an item that a write changed, as plain values; what is absent was not there. */
export type Change = { path: string; before?: unknown; after?: unknown };

const isPart = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Set);

const same = (a: unknown, b: unknown) => shown(a) === shown(b);
const shown = (value: unknown) =>
  JSON.stringify(value, (_, part) => (part instanceof Set ? [...part].sort() : part));

/** What a value is otherwise than before, part by part; a list or a set as a whole. */
export const compare = (before: unknown, after: unknown, path = ""): Change[] => {
  if (isPart(before) && isPart(after))
    return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((name) =>
      compare(before[name], after[name], path === "" ? name : `${path}.${name}`),
    );
  if (same(before, after)) return [];
  return [
    {
      path,
      ...(before !== undefined && { before }),
      ...(after !== undefined && { after }),
    },
  ];
};

/** What a written item is otherwise than before, attribute by attribute. */
export const differenceOf = ({ before, after }: Entry): Change[] =>
  compare(plainItem(before) ?? {}, plainItem(after) ?? {}, "");
