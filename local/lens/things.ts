import type { Graph } from "emulator/boot/graph";
import { placesOf } from "../rights/places.ts";

/** Something of the graph, as people call it. */
type Thing = {
  id: string;
  kind: string;
  context: string;
  /** Where its handler's source is, of a function. */
  source?: string;
};

/** Finds things by whatever names them in an entry: an ARN, a name on AWS, a queue's URL, an execution, a caller. */
export type Things = (name: unknown) => Thing | undefined;

/** What is left of a name without what AWS puts around it. */
const plain = (name: string): string => {
  const execution = /:execution:([^:]+):/.exec(name);
  if (execution?.[1]) return execution[1];
  if (name.startsWith("arn:")) {
    const table = /:table\/([^/]+)/.exec(name);
    return table?.[1] ?? name.split(/[:/]/).at(-1) ?? name;
  }
  return name.startsWith("http") ? (name.split("/").at(-1) ?? name) : name;
};

/** What people call something: "ProjectOrders", "OrderViewsQueueDlq"; of what is in no graph, the end of its name. */
export const nameIn =
  (things: Things) =>
  (name: unknown): string =>
    things(name)?.id ??
    String(name ?? "")
      .split(/[:/]/)
      .at(-1) ??
    "";

const known = new WeakMap<Graph, Things>();

/** Things of a graph by their names. */
export const thingsOf = (graph: Graph): Things => {
  const things = known.get(graph) ?? readThings(graph);
  known.set(graph, things);
  return things;
};

const readThings = (graph: Graph): Things => {
  const placeOf = placesOf(graph);
  const sources = new Map(
    graph.functions.map(({ functionName, handler }) => [
      functionName,
      handler.replace(/\.\w+$/, ".ts"),
    ]),
  );
  const things = new Map<string, Thing>();
  for (const { outputs } of graph.resources) {
    const place = placeOf(outputs.arn ?? "");
    if (!place) continue;
    const { name: id, kind, context } = place;
    const source = sources.get(outputs.name);
    const thing = { id, kind, context, ...(source && { source }) };
    for (const name of [outputs.arn, outputs.name, outputs.id])
      if (typeof name === "string") things.set(name, thing);
  }
  return (name) => {
    if (typeof name !== "string") return undefined;
    const found = things.get(name) ?? things.get(plain(name));
    if (found) return found;
    // Who calls for something names it last: "mapping:queue", "rule:name".
    const [, last] = /^[\w-]+[: ](.+)$/.exec(name) ?? [];
    return last === undefined ? undefined : (things.get(last) ?? things.get(plain(last)));
  };
};
