import { ofType } from "../console/map-things.ts";
import { directSection } from "./direct.ts";
import { eventNames, eventSection } from "./event-sections.ts";
import { anchor, code, counted, paragraphs, table } from "./markdown.ts";
import type { Known } from "./services.ts";

const link = (name: string) => `[${name}](services/${name}.md)`;

const eventTable = (known: Known) =>
  table(
    ["event", "published by", "heard by"],
    eventNames(known).map(([name, versions]) => {
      const hearers = versions.flatMap(({ type }) => known.hearersOf(type));
      const services = [...new Set(hearers.map(({ service }) => service))].sort();
      return [
        `[${name}](${anchor(name)}) ${versions.map(({ version }) => `v${version}`).join(", ")}`,
        link(versions[0]?.service ?? ""),
        services.map(link).join(", ") || "nobody but the archive",
      ];
    }),
  );

/** What belongs to no service: what all of them share. */
const shared = ({ graph, alarms }: Known) => {
  const [archive] = ofType(graph, "EventArchive");
  const rows = alarms
    .filter(({ service }) => service === "platform")
    .map(({ name, says, runbooks }) => [
      code(name),
      says,
      runbooks.map(({ title, file }) => `[${title}](../runbooks/${file})`).join(", "),
    ]);
  return paragraphs(
    `The bus, the HTTP API and the user pool stand in [infra/](../../infra). The archive keeps every event for ${archive?.inputs.retentionDays} days here, for as long as [infra/stage.ts](../../infra/stage.ts) says on a production stage; a consumer that was wrong is [rebuilt from it](../../services/read-side/README.md). These alarms watch what all services share, most of them in the whole account:`,
    table(["alarm", "rings when", "runbook"], rows),
  ).trimEnd();
};

/** docs/catalogue/README.md: who says what to whom. */
export const cataloguePage = (known: Known): string =>
  paragraphs(
    "# Catalogue",
    "Who says what to whom, what each service owns and promises, and what it costs. `npm run catalogue` writes this page and all others here but [elsewhere](elsewhere.md): from the contracts in [packages/events](../../packages/events), the OpenAPI document that is made of the handlers' schemas, [infra/graph.json](../../infra/graph.json), and a run of the shop on a virtual clock, which is the same byte for byte each time. What alarms hold a service to is read from the alarms; where there is none, nothing is promised.",
    table(
      ["what", "where"],
      [
        ["events, for tools", "[asyncapi.json](asyncapi.json), AsyncAPI 3.0"],
        [
          "requests of the HTTP API",
          "[openapi.json](../../services/read-side/src/openapi.json), OpenAPI 3.1",
        ],
        ["for Backstage", "[catalog-info.yaml](../../catalog-info.yaml)"],
        ["pictures: context, containers, components", "[c4.md](c4.md)"],
        ["the same on other clouds and with other tools", "[elsewhere.md](elsewhere.md)"],
      ],
    ),
    "## Services",
    table(
      ["service", "what", "owner", "publishes"],
      known.services.map(({ name, says, owner }) => {
        const events = eventNames(known).filter(([, [one]]) => one?.service === name);
        return [
          link(name),
          says,
          code(owner),
          events.length > 0 ? counted(events.length, "event") : "",
        ];
      }),
    ),
    "## Events",
    "On the wire an event is the `detail` of an EventBridge event whose `detail-type` is the event's type with its version: an envelope (id, time, place in its aggregate's history, trace) with the data that the schema describes. It may come twice and out of order, and a consumer has each effect once.",
    eventTable(known),
    ...eventNames(known).map(([name, versions]) => eventSection(known, name, versions)),
    "## Said directly",
    "What has to be answered is asked, and does not go over the bus.",
    directSection(known),
    "## What all share",
    shared(known),
  );
