import { stringify } from "yaml";
import type { Thing } from "../console/map-things.ts";
import { questionsOf, requestsOf, stepsOf } from "./direct.ts";
import { eventNames } from "./event-sections.ts";
import { ownerOf } from "./owners.ts";
import type { Known, Service } from "./services.ts";

const SYSTEM = "serverless-pet-store";
const DOMAIN = "petstore";
const HTTP_API = "petstore-http";

/** An entity of Backstage's catalog, as a file describes it. */
type Entity = {
  apiVersion: "backstage.io/v1alpha1";
  kind: string;
  metadata: { name: string; description?: string; title?: string };
  spec: Record<string, unknown>;
};

const entity = (
  kind: string,
  name: string,
  description: string,
  spec: Record<string, unknown>,
): Entity => ({
  apiVersion: "backstage.io/v1alpha1",
  kind,
  metadata: { name, ...(description && { description }) },
  spec: Object.fromEntries(
    Object.entries(spec).filter(([, value]) => !Array.isArray(value) || value.length > 0),
  ),
});

/** A group's name: `@petstore/orders` is `orders`. */
const groupOf = (owner: string) =>
  (owner.split("/").at(-1) ?? owner).replace("@", "").replaceAll(/[^\w.-]/g, "-");

const kebab = (id: string) => id.replaceAll(/(?<=[a-z0-9])(?=[A-Z])/g, "-").toLowerCase();

const resourceTypes: Partial<Record<Thing["kind"], string>> = {
  bus: "eventbridge-bus",
  table: "dynamodb-table",
  outbox: "dynamodb-table",
  saga: "step-functions-state-machine",
};

const eventsApi = (service: string) => `${service}-events`;
const unique = (names: readonly string[]) => [...new Set(names)].sort();

/** The contexts that publish events. */
const publishing = (known: Known) =>
  unique(eventNames(known).flatMap(([, [one]]) => one?.service ?? []));

const componentOf = (known: Known, { name, says, owner }: Service): Entity => {
  const { wired } = known;
  const own = wired.things.filter(({ room }) => room === name);
  const heard = eventNames(known)
    .filter(([, versions]) =>
      versions.some(({ type }) => known.hearersOf(type).some(({ service }) => service === name)),
    )
    .flatMap(([, [one]]) => (one && one.service !== name ? [eventsApi(one.service)] : []));
  const asked = [...stepsOf(known), ...questionsOf(known), ...requestsOf(known)].filter(
    ({ from, to }) => from.room === name && to.room !== name,
  );
  const sends = asked.some(({ to }) => to.kind === "api");
  const onBus = wired.ties.some(
    ({ from, to }) =>
      (from.room === name && to.kind === "bus") || (to.room === name && from.kind === "bus"),
  );
  const buses = onBus ? wired.things.filter(({ kind }) => kind === "bus") : [];
  const resources = [...own, ...buses].filter(({ kind }) => resourceTypes[kind]);
  return entity("Component", name, says, {
    type: "service",
    lifecycle: "experimental",
    owner: `group:${groupOf(owner)}`,
    system: SYSTEM,
    providesApis: [
      ...(own.some(({ routes }) => routes) ? [HTTP_API] : []),
      ...(publishing(known).includes(name) ? [eventsApi(name)] : []),
    ],
    consumesApis: [...(sends ? [HTTP_API] : []), ...unique(heard)],
    dependsOn: [
      ...unique(asked.filter(({ to }) => to.kind === "function").map(({ to }) => to.room)).map(
        (room) => `component:${room}`,
      ),
      ...resources.map(({ id }) => `resource:${kebab(id)}`).sort(),
    ],
  });
};

/** Everything that Backstage is told: domain, system, groups, APIs, components, resources. */
const entitiesOf = (known: Known): Entity[] => {
  const founders = `group:${groupOf(ownerOf("infra/"))}`;
  const owners = unique([ownerOf("infra/"), ...known.services.map(({ owner }) => owner)]);
  const ownerOfService = (name: string) =>
    `group:${groupOf(known.services.find((one) => one.name === name)?.owner ?? ownerOf("infra/"))}`;
  const api = { lifecycle: "experimental", system: SYSTEM };
  return [
    entity("Domain", DOMAIN, "A pet shop that takes orders", { owner: founders }),
    entity("System", SYSTEM, "Orders, stock, payments, e-mails and what is read of them", {
      ...{ owner: founders, domain: DOMAIN },
    }),
    ...owners.map((owner): Entity => {
      const group = entity("Group", groupOf(owner), `${owner} in CODEOWNERS`, { type: "team" });
      return { ...group, spec: { ...group.spec, children: [] } };
    }),
    entity("API", HTTP_API, "The shop's HTTP API, of all contexts together", {
      ...api,
      type: "openapi",
      owner: founders,
      definition: { $text: "./services/read-side/src/openapi.json" },
    }),
    ...publishing(known).map((name) =>
      entity(
        "API",
        eventsApi(name),
        `Events that ${name} publishes; the document has those of all`,
        {
          ...api,
          type: "asyncapi",
          owner: ownerOfService(name),
          definition: { $text: "./docs/catalogue/asyncapi.json" },
        },
      ),
    ),
    ...known.services.map((service) => componentOf(known, service)),
    ...known.wired.things.flatMap(({ id, kind, room }) => {
      const type = resourceTypes[kind];
      return type
        ? [entity("Resource", kebab(id), "", { type, owner: ownerOfService(room), system: SYSTEM })]
        : [];
    }),
  ];
};

/** catalog-info.yaml: the entities, one document each. */
export const catalogInfo = (known: Known): string =>
  [
    "# Written by npm run catalogue, of infra/graph.json, packages/events and .github/CODEOWNERS.\n",
    ...entitiesOf(known).map((one) => `---\n${stringify(one, { lineWidth: 120 })}`),
  ].join("");
