import { existsSync, globSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Graph } from "emulator/boot/graph";
import { repositoryRoot } from "../repository.ts";

type Resource = Graph["resources"][number];

/** A bounded context, as its files and its part of the graph tell of it. */
export type Service = {
  name: string;
  root: string;
  /** A file's text, from the root of the checkout; empty where there is none. */
  read: (file: string) => string;
  files: (pattern: string) => string[];
  /** The context's resources of a type, by its last part: `all("Queue")`. */
  all: (kind: string) => Resource[];
  /** Those of the whole graph. */
  anywhere: (kind: string) => Resource[];
};

/** The names of all services. */
export const serviceNames = (root = repositoryRoot): string[] =>
  readdirSync(join(root, "services"))
    .filter((name) => existsSync(join(root, "services", name, "package.json")))
    .sort();

/** A service of a checkout. */
export const serviceOf = (name: string, graph: Graph, root = repositoryRoot): Service => {
  const anywhere = (kind: string) =>
    graph.resources.filter(({ type }) => type.endsWith(`:${kind}`));
  const contextOf = ({ inputs }: Resource) => inputs.tags?.context;
  return {
    name,
    root,
    read: (file) => (existsSync(join(root, file)) ? readFileSync(join(root, file), "utf8") : ""),
    files: (pattern) =>
      globSync(pattern, { cwd: root, exclude: ["**/node_modules/**"] })
        .map((file) => file.replaceAll("\\", "/"))
        .sort(),
    all: (kind) => anywhere(kind).filter((one) => contextOf(one) === name),
    anywhere,
  };
};
