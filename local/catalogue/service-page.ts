import openapi from "../../services/read-side/src/openapi.json" with { type: "json" };
import { ofType } from "../console/map-things.ts";
import type { Alarm } from "./alarms.ts";
import { costSection } from "./costs.ts";
import { questionsOf, requestsOf, stepsOf, tokensOf } from "./direct.ts";
import { eventNames } from "./event-sections.ts";
import { anchor, code, paragraphs, table } from "./markdown.ts";
import { componentPicture } from "./pictures.ts";
import type { Known, Service } from "./services.ts";
import type { Tie } from "./wired.ts";

const up = "../../..";
const runbookLinks = ({ runbooks }: Alarm) =>
  runbooks.map(({ title, file }) => `[${title}](../../runbooks/${file})`).join(", ");

const eventLink = (name: string) => `[${name}](../README.md${anchor(name)})`;

type Thing = Tie["from"];

const startedBy = ({ wired }: Known, thing: Thing): string => {
  const before = wired.before(thing.id);
  return (
    [
      thing.routes?.map(code).join(", "),
      thing.schedule && `at set times: ${code(thing.schedule)}`,
      ...before
        .filter(({ from }) => from.kind !== "api")
        .map(({ from }) => (from.kind === "bus" ? "events of the bus" : code(from.id))),
    ]
      .filter(Boolean)
      .join("; ") || "whoever may invoke it"
  );
};

/** How often a message is tried before it is given up. */
const attemptsOf = ({ graph }: Known, arn: string) => {
  const queue = ofType(graph, "Queue").find(({ outputs }) => outputs.arn === arn);
  const policy = queue?.inputs.redrivePolicy;
  return policy ? `, after ${JSON.parse(policy).maxReceiveCount} attempts` : "";
};

const ownsSection = (known: Known, name: string) => {
  const own = known.wired.things.filter(({ room }) => room === name);
  const of = (...kinds: Thing["kind"][]) => own.filter(({ kind }) => kinds.includes(kind));
  const stores = of("table", "outbox", "queue", "saga", "mail");
  const words: Partial<Record<Thing["kind"], string>> = {
    table: "table",
    outbox: "outbox",
    queue: "queue",
    saga: "saga",
    mail: "e-mail identity",
  };
  return paragraphs(
    table(
      ["what", "is a", "what it gives up waits in"],
      stores.map(({ id, arn, kind, deadLetters }) => [
        code(id),
        words[kind] ?? kind,
        `${deadLetters.map(code).join(", ")}${attemptsOf(known, arn)}`,
      ]),
    ),
    table(
      ["function", "runs for", "what it gives up waits in"],
      of("function").map((fn) => [
        fn.source ? `[${code(fn.id)}](${up}/${fn.source})` : code(fn.id),
        startedBy(known, fn),
        fn.deadLetters.map(code).join(", "),
      ]),
    ),
  ).trimEnd();
};

type Operation = { summary?: string; operationId?: string };
const paths = openapi.paths as Record<string, Record<string, Operation>>;

const routeTable = ({ graph, wired }: Known, name: string) => {
  const [stage] = ofType(graph, "Stage");
  const throttles: { routeKey: string; throttlingRateLimit: number }[] =
    stage?.inputs.routeSettings ?? [];
  const routes = wired.things
    .filter(({ room }) => room === name)
    .flatMap(({ routes = [] }) => routes)
    .toSorted();
  return table(
    ["route", "does", "requests a second"],
    routes.map((route) => {
      const [method = "", path = ""] = route.split(" ");
      const { summary = "describes the API" } = paths[path]?.[method.toLowerCase()] ?? {};
      const limit = throttles.find(({ routeKey }) => routeKey === route)?.throttlingRateLimit;
      return [code(route), summary, String(limit ?? "")];
    }),
  );
};

/** Alarms that promise the same of several things share a row. */
const promiseTable = (alarms: readonly Alarm[]) => {
  const template = ({ holds, of }: Alarm) => (of === "" ? holds : holds.replaceAll(of, "…"));
  const groups = Map.groupBy(alarms, (alarm) =>
    JSON.stringify([template(alarm), alarm.rings, runbookLinks(alarm)]),
  );
  const rows = [...groups.values()].flatMap((its) => {
    const [first] = its;
    if (!first) return [];
    const things = its.map(({ of }) => code(of)).join(", ");
    const holds = template(first).replace("…", things);
    return [
      [holds, first.rings, its.map(({ name }) => code(name)).join(", "), runbookLinks(first)],
    ];
  });
  return table(["what holds", "it rings when not so", "alarm", "runbook"], rows);
};

const promisesSection = (known: Known, name: string) => {
  const events = eventNames(known).filter(([, [one]]) => one?.service === name);
  const routes = routeTable(known, name);
  return paragraphs(
    routes &&
      `Requests, as [openapi.json](${up}/services/read-side/src/openapi.json) describes them:`,
    routes,
    events.length > 0
      ? `Events: ${events.map(([event]) => eventLink(event)).join(", ")}.`
      : "It publishes no events.",
    "What its alarms hold it to:",
    promiseTable(known.alarms.filter(({ service }) => service === name)),
  ).trimEnd();
};

const dependsSection = (known: Known, name: string) => {
  const heard = eventNames(known).flatMap(([event, versions]) => {
    const hearers = versions
      .flatMap(({ type }) => known.hearersOf(type))
      .filter(({ service }) => service === name);
    const functions = [...new Set(hearers.map((hearer) => code(hearer.function)))];
    return functions.length > 0 ? [[eventLink(event), functions.join(", ")]] : [];
  });
  const outside = ({ from, to }: Tie) =>
    from.room !== to.room && (from.room === name || to.room === name);
  const rows = (what: string, ties: readonly Tie[]) =>
    ties.filter(outside).map(({ from, to }) => {
      const other = from.room === name ? to.room : from.room;
      const ours = known.services.some((one) => one.name === other);
      return [what, code(from.id), code(to.id), ours ? `[${other}](${other}.md)` : other];
    });
  return paragraphs(
    heard.length > 0 ? table(["hears", "with"], heard) : "It hears no events.",
    table(
      ["how", "from", "to", "the other is of"],
      [
        ...rows("step of a saga", stepsOf(known)),
        ...rows("task token", tokensOf(known)),
        ...rows("question or command", questionsOf(known)),
        ...rows("HTTP", requestsOf(known)),
      ],
    ),
  ).trimEnd();
};

const runbookSection = ({ alarms }: Known, name: string) => {
  const books = new Map(
    alarms
      .filter(({ service }) => service === name)
      .flatMap(({ runbooks }) => runbooks)
      .map(({ title, file }) => [file, title]),
  );
  return [...books]
    .toSorted()
    .map(([file, title]) => `- [${title}](../../runbooks/${file})`)
    .join("\n");
};

/** The page of a service: docs/catalogue/services/NAME.md. */
export const servicePage = (known: Known, { name, owner, says }: Service): string =>
  paragraphs(
    `# ${name}`,
    says,
    `Owner: ${code(owner)}, by [CODEOWNERS](${up}/.github/CODEOWNERS). Code: [services/${name}](${up}/services/${name}/README.md); infrastructure: [infra/${name}.ts](${up}/infra/${name}.ts). Written by ${code("npm run catalogue")}; the [catalogue](../README.md) says of what.`,
    "## What it owns",
    ownsSection(known, name),
    componentPicture(known.wired, name),
    "## What it promises",
    promisesSection(known, name),
    "## What it depends on, and who depends on it",
    dependsSection(known, name),
    "## What it costs",
    costSection(known, name),
    "## Runbooks",
    runbookSection(known, name),
  );
