import { createRequire } from "node:module";

/** Turns a value of the SDK into one of the wire protocol's JSON, or back. `token` draws an idempotency token. */
export type Convert = (value: unknown, token: () => string) => unknown;

// What is used here of the SDK's schemas (NormalizedSchema of @smithy/core/schema).
type Schema = {
  isStructSchema: () => boolean;
  isUnionSchema: () => boolean;
  isListSchema: () => boolean;
  isMapSchema: () => boolean;
  isBlobSchema: () => boolean;
  isTimestampSchema: () => boolean;
  isDocumentSchema: () => boolean;
  isIdempotencyToken: () => boolean;
  getValueSchema: () => Schema;
  getSchema: () => unknown;
  structIterator: () => Iterable<[string, Schema]>;
};

const plain: Convert = (value) => value;
const copy: Convert = (value) =>
  typeof value === "object" && value !== null ? structuredClone(value) : value;

const blobOut: Convert = (value) => Buffer.from(value as string).toString("base64");
const timeOut: Convert = (value) => (value as Date).getTime() / 1000;
const timeIn: Convert = (value) => new Date((value as number) * 1000);

/** Converters made from the SDK's own schemas, each made once: it is these that know a blob from a text. */
export const sdkCodec = (clientPath: string) => {
  const require = createRequire(clientPath);
  const { NormalizedSchema } = require("@smithy/core/schema") as {
    NormalizedSchema: { of: (schema: unknown) => Schema };
  };
  const { Uint8ArrayBlobAdapter } = require("@smithy/core/serde") as {
    Uint8ArrayBlobAdapter: { fromString: (text: string, encoding: "base64") => Uint8Array };
  };
  const blobIn: Convert = (value) => Uint8ArrayBlobAdapter.fromString(value as string, "base64");

  const compiler = (blob: Convert, time: Convert, fillsTokens: boolean) => {
    const known = new Map<unknown, Convert>();
    const compile = (schema: Schema): Convert => {
      if (schema.isBlobSchema()) return blob;
      if (schema.isTimestampSchema()) return time;
      if (schema.isDocumentSchema()) return copy;
      const key = schema.getSchema();
      const nested = schema.isStructSchema() || schema.isListSchema() || schema.isMapSchema();
      if (!nested) return plain;
      const made = known.get(key);
      if (made) return made;
      let convert: Convert = plain;
      // Schemas refer to themselves (a DynamoDB attribute holds attributes), so the entry comes before its content.
      known.set(key, (value, token) => convert(value, token));
      convert = schema.isStructSchema() ? struct(schema) : collection(schema);
      known.set(key, convert);
      return convert;
    };
    const struct = (schema: Schema): Convert => {
      const members: Record<string, Convert> = Object.create(null);
      const tokens: string[] = [];
      for (const [name, member] of schema.structIterator()) {
        members[name] = compile(member);
        if (fillsTokens && member.isIdempotencyToken()) tokens.push(name);
      }
      const general: Convert = (value, token) => {
        const given = value as Record<string, unknown>;
        const result: Record<string, unknown> = {};
        for (const name of Object.keys(given)) {
          const convert = members[name];
          const member = given[name];
          if (!convert || member === undefined || member === null) continue;
          result[name] = convert === plain ? member : convert(member, token);
        }
        for (const name of tokens) result[name] ??= token();
        return result;
      };
      if (!schema.isUnionSchema() || members.S !== plain || members.N !== plain) return general;
      // DynamoDB's attribute values: nearly all that is converted are texts and numbers.
      return (value, token) => {
        const { S, N } = value as { S?: string; N?: string };
        if (S !== undefined) return { S };
        return N === undefined ? general(value, token) : { N };
      };
    };
    const collection = (schema: Schema): Convert => {
      const convert = compile(schema.getValueSchema());
      if (schema.isListSchema())
        return (value, token) =>
          (value as unknown[]).map((entry) => (entry === null ? null : convert(entry, token)));
      return (value, token) => {
        const given = value as Record<string, unknown>;
        const result: Record<string, unknown> = {};
        for (const name of Object.keys(given)) {
          const entry = given[name];
          if (entry !== undefined) result[name] = entry === null ? null : convert(entry, token);
        }
        return result;
      };
    };
    return (schema: unknown): Convert => compile(NormalizedSchema.of(schema));
  };

  return {
    toWire: compiler(blobOut, timeOut, true),
    fromWire: compiler(blobIn, timeIn, false),
  };
};
