import { Envelope } from "@petstore/core/event";
import * as z from "zod";
import type { Contract } from "./contracts.ts";
import { promiseOf } from "./event-sections.ts";
import { recorded } from "./recorded.ts";
import { type Known, publishersOf } from "./services.ts";

/** A schema as AsyncAPI 3.0 has them where nothing else is said: a superset of JSON Schema's draft 7. */
const toSchema = (schema: z.ZodType) => {
  const { $schema: _, ...document } = z.toJSONSchema(schema, { target: "draft-7", io: "input" });
  return document;
};

const ref = (...path: string[]) => ({ $ref: `#/${path.join("/")}` });

const messageOf = ({ run }: Known, { type, service, says, contract }: Contract) => ({
  name: type,
  title: type,
  summary: says,
  contentType: "application/json",
  correlationId: ref("components", "correlationIds", "correlation"),
  headers: {
    type: "object",
    required: ["source", "detail-type"],
    properties: { source: { const: `petstore.${service}` }, "detail-type": { const: type } },
  },
  payload: {
    allOf: [
      ref("components", "schemas", "Envelope"),
      {
        type: "object",
        properties: { type: { const: type }, data: toSchema(contract.schema) },
      },
    ],
  },
  examples: [{ name: "recorded", payload: run.events.get(type) ?? recorded(type) }],
});

const channelOf = ({ type, service, says }: Contract) => ({
  address: type,
  title: type,
  description: says,
  servers: [ref("servers", "bus")],
  messages: { event: ref("components", "messages", type) },
  tags: [{ name: service }],
});

const operationsOf = (known: Known, { type, service }: Contract) => {
  const on = {
    channel: ref("channels", type),
    messages: [ref("channels", type, "messages", "event")],
  };
  const publisher = publishersOf(known, service)[0];
  const sends =
    publisher && known.run.events.has(type)
      ? [
          [
            `${publisher}.sends.${type}`,
            {
              action: "send",
              ...on,
              summary: `${service} publishes it`,
              tags: [{ name: service }],
            },
          ] as const,
        ]
      : [];
  const receives = known.hearersOf(type).map(
    (hearer) =>
      [
        `${hearer.function}.receives.${type}`,
        {
          action: "receive",
          ...on,
          summary: `${hearer.service} hears it${hearer.queue ? ` through ${hearer.queue}` : ""}`,
          description: promiseOf(known, hearer),
          tags: [{ name: hearer.service }],
        },
      ] as const,
  );
  return [...sends, ...receives];
};

/** docs/catalogue/asyncapi.json: every event, who sends it and who receives it, in AsyncAPI 3.0. */
export const asyncApiDocument = (known: Known) => {
  const { contracts, services } = known;
  return {
    asyncapi: "3.0.0",
    info: {
      title: "Serverless Pet Store",
      version: "1.0.0",
      description:
        "What the contexts of the shop tell each other over the event bus. An address is EventBridge's detail-type, a payload its detail; the headers are fields of the EventBridge event. An event may come twice and out of order.",
      license: { name: "MIT" },
      tags: services.map(({ name, says }) => ({ name, description: says })),
    },
    defaultContentType: "application/json",
    servers: {
      bus: {
        host: "events.{region}.amazonaws.com",
        protocol: "eventbridge",
        description: "The event bus of a stage: an Amazon EventBridge bus of its own",
        variables: { region: { default: "us-east-1" } },
      },
    },
    channels: Object.fromEntries(contracts.map((one) => [one.type, channelOf(one)])),
    operations: Object.fromEntries(contracts.flatMap((one) => operationsOf(known, one))),
    components: {
      schemas: { Envelope: toSchema(Envelope) },
      messages: Object.fromEntries(contracts.map((one) => [one.type, messageOf(known, one)])),
      correlationIds: {
        correlation: {
          description: "The same in all that one request led to",
          location: "$message.payload#/correlationId",
        },
      },
    },
  };
};
