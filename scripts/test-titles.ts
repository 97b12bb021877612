import { globSync, readFileSync } from "node:fs";
import { parseSync } from "vite";

/** A test's title, after those of the groups around it: "a relay › F16 tells of each order in its own order". */
export type Title = { file: string; text: string };

// biome-ignore lint/suspicious/noExplicitAny: a node of any type, of which only the shape counts
type Node = any;

const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && typeof (value as Node).type === "string";

const childrenOf = (node: Node): Node[] =>
  Object.values(node).flatMap((value) => [value].flat().filter(isNode));

/** A text in the source. What is put into a template shows as "…", and in the end so does what comes from a table. */
const textOf = (node: Node): string | undefined => {
  if (node?.type === "Literal" && typeof node.value === "string") return node.value;
  if (node?.type !== "TemplateLiteral") return undefined;
  return node.quasis.map(({ value }: Node) => value.cooked).join("…");
};

/** The names in `it.skip.each(table)`, and the table. */
const calleeOf = (node: Node): { names: string[]; table?: Node } => {
  if (node.type === "Identifier") return { names: [node.name] };
  if (node.type === "MemberExpression") {
    const { names, table } = calleeOf(node.object);
    return { names: [...names, node.property.name], table };
  }
  if (node.type === "CallExpression") return { ...calleeOf(node.callee), table: node.arguments[0] };
  return { names: [] };
};

const textsIn = (node: Node): string[] => {
  const text = textOf(node);
  return text === undefined ? childrenOf(node).flatMap(textsIn) : [text];
};

/** The titles in a test file. Rows of `each` count where they begin with something that `marks` finds. */
export const titlesIn = (file: string, source: string, marks: RegExp): Title[] => {
  const titles: Title[] = [];
  const walk = (node: Node, groups: string[]) => {
    if (node.type !== "CallExpression") {
      for (const child of childrenOf(node)) walk(child, groups);
      return;
    }
    const { names, table } = calleeOf(node.callee);
    const [first, ...rest] = node.arguments;
    const own = ["it", "test", "describe"].includes(names[0] ?? "") && textOf(first);
    if (names.includes("skip") || names.includes("todo")) return;
    if (own) {
      const say = (title: string) => {
        const text = [...groups, title].join(" › ").replaceAll(/%[sdifj]|\$\w+(?:\.\w+)*/g, "…");
        titles.push({ file, text });
      };
      say(own);
      for (const row of table ? textsIn(table) : [])
        if (row.search(marks) === 0) say(own.replace(/%s|\$\w+/, row));
    }
    const within = own && names[0] === "describe" ? [...groups, own] : groups;
    for (const child of own ? rest : [node.callee, ...node.arguments]) walk(child, within);
  };
  walk(parseSync(file, source).program, []);
  return titles;
};

/** The titles in all test files of the repository. */
export const allTitles = (marks: RegExp): Title[] =>
  globSync("{packages,services,local,infra,scripts,console}/**/*.test.ts", {
    exclude: ["**/node_modules/**"],
  })
    .concat(globSync("*.test.ts"))
    .map((file) => file.replaceAll("\\", "/"))
    .sort()
    .flatMap((file) => titlesIn(file, readFileSync(file, "utf8"), marks));
