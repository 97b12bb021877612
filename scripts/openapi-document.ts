import { globSync, readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { type Documentation, documentationOf } from "@petstore/core/documented";
import type { Hono } from "hono";
import * as z from "zod";

/** Where the document lies that the read side serves. */
export const OPENAPI_FILE = "services/read-side/src/openapi.json";

/** The services with an HTTP API, each a Hono app that documents its own routes. */
const APIS = [
  ...globSync("services/*/src/handlers/api.ts").filter(
    (file) => !file.includes("payment-provider"),
  ),
  "services/payments/src/handlers/receive-webhook.ts",
].sort();

const head = {
  openapi: "3.1.0",
  info: {
    title: "Serverless Pet Store",
    version: "1.0.0",
    description:
      'Place orders, follow them, and watch them be fulfilled. Errors are problem details (RFC 9457), but for API Gateway\'s own (no such route: 404, too many requests: 429, no function to spare: 503), which are {"message"}.',
    license: { name: "MIT", identifier: "MIT" },
  },
};
const components = {
  securitySchemes: { bearer: { type: "http", scheme: "bearer", bearerFormat: "JWT" } },
};

const toSchema = (schema: z.ZodType, io: "input" | "output") => {
  const { $schema: _, ...document } = z.toJSONSchema(schema, { io });
  return document;
};

const parametersIn = (place: "header" | "path" | "query", schema: z.ZodType | undefined) => {
  if (!schema) return [];
  const { properties = {}, required = [] } = toSchema(schema, "input");
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: place,
    required: place === "path" || required.includes(name),
    schema: property,
  }));
};

/** What API Gateway answers by itself. */
const gatewayError = {
  "application/json": {
    schema: {
      type: "object",
      properties: { message: { type: "string" } },
      required: ["message"],
    },
  },
};

/** OpenAPI's operation object for a documented route. An operation that can answer 401 is one that wants a token. */
const operationOf = (documentation: Documentation) => {
  const { header, param, query, json, responses = {}, ...about } = documentation;
  const parameters = [
    ...parametersIn("header", header),
    ...parametersIn("path", param),
    ...parametersIn("query", query),
  ];
  const body = json && { content: { "application/json": { schema: toSchema(json, "input") } } };
  const isPrivate = responses[401] && about.operationId !== "receivePaymentWebhook";
  return {
    ...about,
    ...(isPrivate && { security: [{ bearer: [] }] }),
    ...(parameters.length > 0 && { parameters }),
    ...(body && { requestBody: { required: true, ...body } }),
    responses: Object.fromEntries(
      Object.entries(responses).map(([status, { description, type, schema }]) => [
        status,
        {
          description,
          content: {
            ...(isPrivate && status === "401" && gatewayError),
            [type]: { schema: toSchema(schema, "output") },
          },
        },
      ]),
    ),
  };
};

const operationsOf = (app: Hono) => {
  const routes = Map.groupBy(app.routes, ({ method, path }) => `${method} ${path}`);
  return [...routes.values()].flatMap((handlers) => {
    const [route] = handlers;
    const documentation = documentationOf(handlers.map(({ handler }) => handler));
    if (!route || !documentation?.operationId) return [];
    const path = route.path.replace(/:(\w+)/g, "{$1}");
    return [{ path, method: route.method.toLowerCase(), operation: operationOf(documentation) }];
  });
};

/** The OpenAPI 3.1 document of all APIs together, made of the schemas that the routes validate with. */
export const openApiText = async (): Promise<string> => {
  // Links are read when a handler is loaded: the graph has them all.
  const graph = JSON.parse(readFileSync("infra/graph.json", "utf8"));
  const links = graph.functions.map((fn: { links: object }) => fn.links);
  process.env.SST_RESOURCES_JSON ??= JSON.stringify({
    App: { name: graph.app, stage: graph.stage },
    ...Object.assign({}, ...links),
  });
  process.env.AWS_REGION ??= "us-east-1";

  const paths: Record<string, Record<string, unknown>> = {};
  for (const file of APIS) {
    const { app } = (await import(pathToFileURL(file).href)) as { app: Hono };
    for (const { path, method, operation } of operationsOf(app))
      paths[path] = { ...paths[path], [method]: operation };
  }
  const sorted = Object.fromEntries(Object.entries(paths).sort(([a], [b]) => (a < b ? -1 : 1)));
  return `${JSON.stringify({ ...head, paths: sorted, components }, null, 2)}\n`;
};
