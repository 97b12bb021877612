/** A value of JSON that holds no other. */
export type Scalar = null | boolean | number | string;

/** An array of an event; arrays that stand directly in another one count as one with it. */
type ArraySpan = { node: PathNode; outer: Element | undefined; from: number; to: number };

/** An element of an array. Its leaves are those numbered from `from` up to before `to`. */
export type Element = {
  /** Elements are numbered as they begin: an outer one before those in it. */
  id: number;
  array: ArraySpan;
  outer: Element | undefined;
  from: number;
  to: number;
};

/** A scalar of an event: the leaves are numbered in the order of the text. */
export type Leaf = { value: Scalar; at: number; within: Element | undefined };

/** Where a path leads to. `detail.state` is one path, whether its dots are nesting or part of a name. */
export type PathNode = {
  children: Map<string, PathNode> | undefined;
  leaves: Leaf[] | undefined;
};

/** An event made ready to be asked about its leaves: the root of its paths. */
export type CrushedEvent = PathNode;

const emptyNode = (): PathNode => ({ children: undefined, leaves: undefined });

const childOf = (node: PathNode, name: string): PathNode => {
  node.children ??= new Map();
  const known = node.children.get(name);
  if (known) return known;
  const made = emptyNode();
  node.children.set(name, made);
  return made;
};

/** The node that a field's name leads to; its dots are steps. */
const stepTo = (node: PathNode, name: string): PathNode => {
  if (!name.includes(".")) return childOf(node, name);
  let at = node;
  for (const part of name.split(".")) at = childOf(at, part);
  return at;
};

type Task =
  | { value: unknown; node: PathNode; within: Element | undefined; array?: ArraySpan }
  | { closes: Element | ArraySpan };

/** Crushes an event to its leaves, once for all the patterns that are asked about it. No depth is too deep. */
export const crush = (event: unknown): CrushedEvent => {
  const root = emptyNode();
  let leaves = 0;
  let elements = 0;
  const tasks: Task[] = [{ value: event, node: root, within: undefined }];
  for (let task = tasks.pop(); task; task = tasks.pop()) {
    if ("closes" in task) {
      task.closes.to = leaves;
      continue;
    }
    const { value, node } = task;
    if (Array.isArray(value)) {
      let { array } = task;
      if (!array) {
        array = { node, outer: task.within, from: leaves, to: leaves };
        tasks.push({ closes: array });
      }
      for (let i = value.length - 1; i >= 0; i -= 1)
        tasks.push({ value: value[i], node, within: array.outer, array });
      continue;
    }
    let { within } = task;
    if (task.array) {
      const { array } = task;
      within = { id: elements++, array, outer: array.outer, from: leaves, to: leaves + 1 };
    }
    if (typeof value === "object" && value !== null) {
      if (within && task.array) tasks.push({ closes: within });
      const entries = Object.entries(value);
      for (let i = entries.length - 1; i >= 0; i -= 1) {
        const [name, inner] = entries[i] as [string, unknown];
        tasks.push({ value: inner, node: stepTo(node, name), within });
      }
    } else {
      const leaf = { value: value as Scalar, at: leaves++, within };
      if (node.leaves) node.leaves.push(leaf);
      else node.leaves = [leaf];
    }
  }
  return root;
};
