import { readFileSync } from "node:fs";
import type { Hono } from "hono";
import { generateSpecs } from "hono-openapi";

/** Where the document lies that the read side serves. */
export const OPENAPI_FILE = "services/read-side/src/openapi.json";

/** The services with an HTTP API, each a Hono app that describes its own routes. */
const APIS = [
  "services/orders/src/handlers/api.ts",
  "services/read-side/src/handlers/api.ts",
  "services/inventory/src/handlers/api.ts",
  "services/payments/src/handlers/receive-webhook.ts",
];

const documentation = {
  openapi: "3.1.0",
  info: {
    title: "Serverless Pet Store",
    version: "1.0.0",
    description: "Place orders, follow them, and watch them be fulfilled. Errors are problem details (RFC 9457).",
    license: { name: "MIT", identifier: "MIT" },
  },
  components: {
    securitySchemes: {
      bearer: { type: "http" as const, scheme: "bearer", bearerFormat: "JWT" },
    },
  },
};

type Document = Awaited<ReturnType<typeof generateSpecs>>;
type Operation = { responses?: Record<string, unknown>; security?: object[]; operationId?: string };

/** An operation that can answer 401 is one that wants a token. */
const secured = (operation: Operation): Operation =>
  operation.responses?.["401"] ? { ...operation, security: [{ bearer: [] }] } : operation;

/** The OpenAPI 3.1 document of all APIs together, generated from the schemas that the routes validate with. */
export const openApiText = async (): Promise<string> => {
  // Links are read when a handler is loaded: the graph has them all.
  const graph = JSON.parse(readFileSync("infra/graph.json", "utf8"));
  const links = graph.functions.map(({ links }: { links: object }) => links);
  process.env.SST_RESOURCES_JSON ??= JSON.stringify({
    App: { name: graph.app, stage: graph.stage },
    ...Object.assign({}, ...links),
  });
  process.env.AWS_REGION ??= "us-east-1";

  const documents: Document[] = [];
  for (const file of APIS) {
    const { app } = (await import(`../${file}`)) as { app: Hono };
    documents.push(await generateSpecs(app, { documentation }));
  }
  const paths: Record<string, Record<string, Operation>> = {};
  for (const document of documents)
    for (const [path, operations] of Object.entries(document.paths ?? {}))
      for (const [method, operation] of Object.entries(operations ?? {}))
        if ((operation as Operation).operationId)
          paths[path] = { ...paths[path], [method]: secured(operation as Operation) };
  const sorted = Object.fromEntries(Object.entries(paths).sort(([a], [b]) => (a < b ? -1 : 1)));
  const schemas = Object.assign({}, ...documents.map(({ components }) => components?.schemas ?? {}));
  const components = { ...documentation.components, ...(Object.keys(schemas).length > 0 && { schemas }) };
  return `${JSON.stringify({ ...documentation, paths: sorted, components }, null, 2)}\n`;
};
