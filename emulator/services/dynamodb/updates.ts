import { type Path, type Values, valueAt } from "./conditions.ts";
import { invalid } from "./errors.ts";
import {
  type AttributeType,
  type AttributeValue,
  attribute,
  checkLevels,
  type Item,
  memberOf,
  typeOf,
} from "./items.ts";
import { addNumbers } from "./numbers.ts";
import { setOwn } from "./own.ts";

/** The right side of a SET. */
export type Term =
  | { path: Path }
  | { value: string }
  | { plus: [Term, Term]; sign: 1 | -1 }
  | { ifNotExists: [Path, Term] }
  | { append: [Term, Term] };

/** One clause of an update expression, without its values. */
export type Clause =
  | { type: "set"; path: Path; term: Term }
  | { type: "remove"; path: Path }
  | {
      type: "add" | "delete";
      path: Path;
      value: string;
      /** It came as an AttributeUpdate, of which AWS speaks in other words. */
      legacy?: true;
    };

/** A parsed update expression. `heads` are the attributes it touches. */
export type Update = { clauses: Clause[]; paths: Path[]; heads: Set<string> };

const wrongType = () => invalid("An operand in the update expression has an incorrect data type");

const evaluate = (term: Term, item: Item, values: Values): AttributeValue => {
  if ("value" in term) return values[term.value] as AttributeValue;
  if ("path" in term) {
    const value = valueAt(item, term.path);
    if (value) return value;
    throw invalid("The provided expression refers to an attribute that does not exist in the item");
  }
  if ("ifNotExists" in term)
    return valueAt(item, term.ifNotExists[0]) ?? evaluate(term.ifNotExists[1], item, values);
  if ("append" in term) {
    const [head, tail] = term.append.map((part) => evaluate(part, item, values).L);
    if (!head || !tail) throw wrongType();
    return { L: [...head, ...tail] };
  }
  const [left, right] = term.plus.map((part) => evaluate(part, item, values).N);
  if (left === undefined || right === undefined) throw wrongType();
  return { N: addNumbers(left, right, term.sign) };
};

const without = (set: string[], others: string[]) => {
  const isOther = memberOf(others);
  return set.filter((member) => !isOther(member));
};

/** What a clause leaves at its path; undefined means nothing. */
const outcome = (clause: Clause, item: Item, values: Values): AttributeValue | undefined => {
  if (clause.type === "set") return evaluate(clause.term, item, values);
  if (clause.type === "remove") return undefined;
  const present = valueAt(item, clause.path);
  const given = values[clause.value] as AttributeValue;
  const type = typeOf(given);
  if (present && typeOf(present) !== type)
    throw clause.legacy ? invalid("Type mismatch for attribute to update") : wrongType();
  if (!present) return clause.type === "add" ? given : undefined;
  if (type === "N") return { N: addNumbers(present.N as string, given.N as string, 1) };
  // Only an AttributeUpdate adds to a list.
  if (present.L) return { L: [...present.L, ...(given.L as AttributeValue[])] };
  const set = type as Extract<AttributeType, "SS" | "NS" | "BS">;
  const members = present[set] as string[];
  const others = given[set] as string[];
  if (clause.type === "add") return { [set]: [...members, ...without(others, members)] };
  const left = without(members, others);
  return left.length > 0 ? { [set]: left } : undefined;
};

const noSuchPath = () =>
  invalid("The document path provided in the update expression is invalid for update");

/** The value with `leaf` at the path below it: everything on the way copied, everything else shared. */
const withLeaf = (
  holder: AttributeValue | undefined,
  path: Path,
  depth: number,
  leaf: AttributeValue | undefined,
  lists: Set<AttributeValue[]>,
): AttributeValue => {
  const step = path[depth] as string | number;
  const last = depth === path.length - 1;
  if (typeof step === "number") {
    if (!holder?.L) throw noSuchPath();
    // A place may be two thousand million: what is copied once is not copied again.
    const list = lists.has(holder.L) ? holder.L : holder.L.slice();
    if (!last) list[step] = withLeaf(list[step], path, depth + 1, leaf, lists);
    else if (leaf) list[step] = leaf;
    else if (step < list.length) delete list[step];
    // Places stay as they were until all clauses are done; gaps are closed then.
    lists.add(list);
    return { L: list };
  }
  if (!holder?.M) throw noSuchPath();
  const map: Item = { ...holder.M };
  if (!last) setOwn(map, step, withLeaf(attribute(map, step), path, depth + 1, leaf, lists));
  else if (leaf) setOwn(map, step, leaf);
  else delete map[step];
  return { M: map };
};

/** Whether the update can only take away: of an item that is not there it makes none. */
export const onlyRemoves = ({ clauses }: Update) =>
  clauses.length > 0 && clauses.every(({ type }) => type === "remove" || type === "delete");

/** The item after the update. Every clause reads the item as it was before. */
export const updated = (item: Item, { clauses }: Update, values: Values): Item => {
  const results = clauses.map((clause) => outcome(clause, item, values));
  const lists = new Set<AttributeValue[]>();
  let root: AttributeValue = { M: { ...item } };
  clauses.forEach(({ path }, i) => {
    const [head] = path as [string];
    const leaf = results[i];
    if (leaf && path.length > 1) checkLevels(leaf, path.length - 1);
    if (path.length > 1) root = withLeaf(root, path, 0, leaf, lists);
    else if (leaf) setOwn(root.M as Item, head, leaf);
    else delete (root.M as Item)[head];
  });
  // The lists are this update's own copies: nobody else holds them yet.
  for (const list of lists) {
    const closed = Object.values(list);
    list.length = 0;
    for (const member of closed) list.push(member);
  }
  return root.M as Item;
};
