import type { Graph } from "emulator/boot/graph";
import { ofType, type Thing } from "../console/map-things.ts";
import { code } from "./markdown.ts";
import type { Tie, Wired } from "./wired.ts";

type Shape = "box" | "store" | "queue" | "person" | "outside";
type Node = { id: string; label: string; shape: Shape; other?: boolean };
type Line = { from: string; to: string; kind: "call" | "event"; label?: string };

const shapes: Record<Shape, (label: string) => string> = {
  box: (label) => `["${label}"]`,
  store: (label) => `[("${label}")]`,
  queue: (label) => `[/"${label}"/]`,
  person: (label) => `(["${label}"])`,
  outside: (label) => `{{"${label}"}}`,
};

const safe = (id: string) => id.replaceAll(/\W/g, "_");

/** A flowchart of Mermaid: a call is a line, an event a dotted one, and what goes both ways has two heads. */
const flowchart = (nodes: readonly Node[], lines: readonly Line[]): string => {
  const boxes = nodes.map(
    ({ id, label, shape, other }) =>
      `  ${safe(id)}${shapes[shape](label)}${other ? ":::other" : ""}`,
  );
  const known = new Map<string, Line & { both: boolean }>();
  for (const line of lines) {
    const back = known.get(`${line.to} ${line.from} ${line.kind}`);
    const key = `${line.from} ${line.to} ${line.kind}`;
    if (back && !line.label && !back.label) back.both = true;
    else if (!known.has(key)) known.set(key, { ...line, both: false });
  }
  const arrows = [...known.values()].map(({ from, to, kind, label, both }) => {
    const [head, tail] = [both ? "<" : "", label ? `|"${label}"|` : ""];
    return `  ${safe(from)} ${head}${kind === "call" ? "-->" : "-.->"}${tail} ${safe(to)}`;
  });
  const dashed = nodes.some(({ other }) => other) ? ["  classDef other stroke-dasharray:4"] : [];
  return ["```mermaid", "flowchart LR", ...boxes, ...arrows, ...dashed, "```"].join("\n");
};

/** Sagas are one in a picture: which step is of which says the catalogue. */
const SAGAS = "sagas";

/** What is drawn for something that is no part of the service in the picture. */
const nodeOf = ({ things }: Wired, id: string): Node => {
  const { kind } = things.find((thing) => thing.id === id) ?? {};
  if (kind === "api") return { id, label: "HTTP API", shape: "box" };
  if (kind === "bus") return { id, label: "event bus", shape: "queue" };
  if (kind === "archive") return { id, label: "archive", shape: "store" };
  if (kind === "mail") return { id, label: "Amazon SES", shape: "outside" };
  if (id !== SAGAS) return { id, label: id, shape: "box" };
  const sagas = things.filter((thing) => thing.kind === "saga").map((saga) => saga.id);
  return { id, label: `sagas<br/>${sagas.join("<br/>")}`, shape: "box" };
};

/** The shop among the people and the systems around it. */
const contextPicture = (graph: Graph): string => {
  const has = (type: string) => ofType(graph, type).length > 0;
  const nodes: Node[] = [
    { id: "customer", label: "Customer", shape: "person" },
    { id: "staff", label: "Administrator", shape: "person" },
    { id: "shop", label: "Serverless Pet Store", shape: "box" },
  ];
  const lines: Line[] = [
    { from: "customer", to: "shop", kind: "call", label: "orders, and follows them" },
    { from: "staff", to: "shop", kind: "call", label: "keeps stock, decides what is stuck" },
  ];
  const beside = (type: string, id: string, label: string, its: Line) => {
    if (!has(type)) return;
    nodes.push({ id, label, shape: "outside" });
    lines.push(its);
  };
  beside("UserPool", "cognito", "Amazon Cognito", {
    ...{ from: "shop", to: "cognito", kind: "call", label: "trusts its tokens" },
  });
  beside("EmailIdentity", "mail", "Amazon SES", {
    ...{ from: "shop", to: "mail", kind: "call", label: "writes to customers" },
  });
  beside("FunctionUrl", "provider", "Payment provider", {
    ...{ from: "shop", to: "provider", kind: "call", label: "authorises, captures, refunds" },
  });
  if (has("FunctionUrl"))
    lines.push({ from: "provider", to: "shop", kind: "event", label: "signed webhooks" });
  if (has("Topic")) {
    nodes.push({ id: "operator", label: "Operator", shape: "person" });
    lines.push({ from: "shop", to: "operator", kind: "event", label: "alarms" });
  }
  return flowchart(nodes, lines);
};

const between: readonly Thing["kind"][] = ["api", "bus", "mail", "archive"];

const containerOf = ({ id, kind, room }: Thing): string =>
  kind === "saga" ? SAGAS : between.includes(kind) ? id : room;

/** The services and what lies between them, with the lines of one kind only. */
const containerPicture = (wired: Wired, kind: Line["kind"]): string => {
  const lines = wired.ties
    .filter((tie) => tie.kind === kind)
    .map(({ from, to }): Line => ({ from: containerOf(from), to: containerOf(to), kind }))
    .filter(({ from, to }) => from !== to);
  const drawn = new Set(lines.flatMap(({ from, to }) => [from, to]));
  const people: Node = { id: "people", label: "Customers and administrators", shape: "person" };
  const api = wired.things.find((thing) => thing.kind === "api" && drawn.has(thing.id));
  const nodes = [...drawn].sort().map((id) => nodeOf(wired, id));
  if (!api) return flowchart(nodes, lines);
  const first: Line = { from: people.id, to: api.id, kind: "call" };
  return flowchart([people, ...nodes], [first, ...lines]);
};

/** What a thing is called in the picture of a service: those of other services are one, and so are sagas. */
const partOf = (thing: Thing, service: string): string => {
  if (thing.kind === "saga") return SAGAS;
  if (thing.room !== service) return containerOf(thing);
  return ["table", "outbox"].includes(thing.kind) ? "stores" : thing.id;
};

/** Functions that stand in one box, for what leads to them and where they lead is the same. */
const boxed = (ids: readonly string[], lines: readonly Line[]): string[][] => {
  const wiring = (id: string) =>
    lines
      .filter(({ from, to }) => from === id || to === id)
      .map(({ from, to, kind }) => (from === id ? `> ${to} ${kind}` : `< ${from} ${kind}`))
      .sort()
      .join();
  return [...Map.groupBy(ids, wiring).values()];
};

/** The functions, queues and tables of a service, and what they touch of others. */
export const componentPicture = (wired: Wired, service: string): string => {
  const isOwn = ({ room, kind }: Thing) => room === service && kind !== "saga";
  const own = wired.things.filter(isOwn);
  // Others stand on the left where they ask or tell, and on the right where they are asked or told: no line goes back.
  const lines = wired.ties
    .filter(({ from, to }) => isOwn(from) || isOwn(to))
    .map(({ from, to, kind }: Tie): Line => {
      const [a, b] = [partOf(from, service), partOf(to, service)];
      return { from: isOwn(from) ? a : `from ${a}`, to: isOwn(to) ? b : `to ${b}`, kind };
    })
    .filter(({ from, to }) => from !== to && to !== "stores");
  const functions = own.filter(({ kind }) => kind === "function").map(({ id }) => id);
  const boxes = boxed(functions, lines);
  const boxOf = new Map(boxes.flatMap((ids) => ids.map((id) => [id, ids[0] ?? id])));
  const stores = own.filter(({ kind }) => ["table", "outbox"].includes(kind));
  const known = new Set([...own.map(({ id }) => id), "stores"]);
  const others = [...new Set(lines.flatMap(({ from, to }) => [from, to]))]
    .filter((id) => !known.has(id))
    .sort();
  const timers = new Set(own.filter(({ schedule }) => schedule).map(({ id }) => id));
  const nodes: Node[] = [
    ...boxes.map((ids) => ({
      ...{ id: ids[0] ?? "", shape: "box" as const },
      label: ids.map((id) => (timers.has(id) ? `${id} (timer)` : id)).join("<br/>"),
    })),
    ...own
      .filter(({ kind }) => kind === "queue")
      .map(({ id }) => ({ id, label: id, shape: "queue" as const })),
    {
      ...{ id: "stores", shape: "store" as const },
      label: stores.map(({ id }) => id).join("<br/>"),
    },
    ...others.map((id) => ({
      ...nodeOf(wired, id.replace(/^(from|to) /, "")),
      ...{ id, other: true },
    })),
  ];
  const merged = lines.map((line) => ({
    ...line,
    from: boxOf.get(line.from) ?? line.from,
    to: boxOf.get(line.to) ?? line.to,
  }));
  return flowchart(nodes, merged);
};

/** The page of pictures. */
export const picturesPage = (graph: Graph, wired: Wired, services: readonly string[]): string =>
  [
    "# The pictures",
    "Drawn from [infra/graph.json](../../infra/graph.json) by `npm run catalogue`, in the levels of the C4 model. A line is a call, which is answered; a dotted line is an event, which is not; what goes both ways has two heads. They are flowcharts of Mermaid and not its C4 diagrams, which are [experimental and place shapes in the order of the statements](https://mermaid.js.org/syntax/c4.html).",
    "## Context",
    contextPicture(graph),
    "## Containers",
    "A service is a folder of services/ with functions and tables of its own. What has to be answered is asked; the sagas ask most:",
    containerPicture(wired, "call"),
    "What has happened is told, over the bus or by AWS itself, to whoever cares:",
    containerPicture(wired, "event"),
    "## Components",
    "Functions that are wired alike share a box. Those of a service work on its own tables and no others, which is not drawn. What is of another service is dashed: on the left what asks or tells, on the right what is asked or told. Dead-letter queues are not drawn: every line that is not answered has one, and the page of a service lists them.",
    ...services.flatMap((name) => [
      `### ${name}`,
      componentPicture(wired, name),
      `What each does: ${code(name)}'s [page](services/${name}.md).`,
    ]),
  ]
    .join("\n\n")
    .concat("\n");
