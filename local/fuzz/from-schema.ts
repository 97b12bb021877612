import fc from "fast-check";
import * as z from "zod";
import type { Json } from "./inputs.ts";

export type Schema = z.core.JSONSchema.BaseSchema;

const newText = ({ pattern, format, minLength = 0, maxLength }: Schema): fc.Arbitrary<string> => {
  if (format === "date-time") {
    const [min, max] = [new Date("2026-01-01"), new Date("2027-01-01")];
    return fc.date({ min, max, noInvalidDate: true }).map((date) => date.toISOString());
  }
  if (format === "date") return fc.constant("2026-11-28");
  if (pattern)
    return fc
      .stringMatching(new RegExp(pattern))
      .filter((value) => value.length <= (maxLength ?? Number.POSITIVE_INFINITY));
  return fc.string({ unit: "binary", minLength, maxLength: maxLength ?? 40 });
};

const made = new Map<string, fc.Arbitrary<string>>();
/** To make such a thing takes long, and our contracts have few kinds of text. */
const text = (schema: Schema) => {
  const key = JSON.stringify(schema);
  const found = made.get(key) ?? newText(schema);
  made.set(key, found);
  return found;
};

/** Values that a JSON schema allows, its widest ones among them. Of what our contracts do not use it knows nothing, and throws. */
export const fromJsonSchema = (schema: Schema): fc.Arbitrary<Json> => {
  if (schema.const !== undefined) return fc.constant(schema.const as Json);
  if (schema.enum) return fc.constantFrom(...(schema.enum as Json[]));
  if (schema.type === "string") return text(schema);
  if (schema.type === "integer") {
    const { minimum = Number.MIN_SAFE_INTEGER, maximum = Number.MAX_SAFE_INTEGER } = schema;
    const { exclusiveMinimum } = schema;
    const min = typeof exclusiveMinimum === "number" ? exclusiveMinimum + 1 : minimum;
    return fc.oneof(fc.integer({ min, max: Math.min(maximum, min + 9) }), fc.constant(maximum));
  }
  if (schema.type === "array")
    return fc.array(fromJsonSchema(schema.items as Schema), {
      minLength: schema.minItems ?? 0,
      maxLength: 4,
    });
  if (schema.type === "object" && schema.properties) {
    const shape = Object.entries(schema.properties) as [string, Schema][];
    const fields = Object.fromEntries(shape.map(([name, one]) => [name, fromJsonSchema(one)]));
    return fc.record(fields, { requiredKeys: schema.required ?? [] }) as fc.Arbitrary<Json>;
  }
  throw new Error(`No values for ${JSON.stringify(schema)}`);
};

/** Values that a contract allows. */
export const fromSchema = (schema: z.ZodType): fc.Arbitrary<Json> =>
  fromJsonSchema(z.toJSONSchema(schema, { io: "input" }));
