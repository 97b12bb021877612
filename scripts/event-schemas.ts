import { catalogue } from "@petstore/events/catalogue";
import * as z from "zod";

/** Where the published schemas live, one file an event. */
export const SCHEMAS = "packages/events/schemas";

/** The JSON Schema (2020-12) of every published event's data, by the name of its file. Open to members that a later edition adds. */
export const eventSchemas = (): Map<string, string> =>
  new Map(
    catalogue.map(({ type, schema }) => {
      const document = { title: type, ...z.toJSONSchema(schema, { io: "input" }) };
      return [`${type}.json`, `${JSON.stringify(document, null, 2)}\n`];
    }),
  );
