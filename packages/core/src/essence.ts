import * as z from "zod";

const unwrapped = (schema: z.ZodType | undefined): z.ZodType | undefined =>
  schema instanceof z.ZodOptional || schema instanceof z.ZodDefault
    ? unwrapped(schema.unwrap() as z.ZodType)
    : schema;

/**
 * A body as its schema parsed it, without the members that hold their default, and the others sorted by name. A release that adds an optional member to the schema, or the one before it, gets the same essence of a request
 * that does not use it: a retry across a deployment is no other request.
 */
export const essence = (schema: z.ZodType | undefined, body: unknown): unknown => {
  const bare = unwrapped(schema);
  if (Array.isArray(body)) {
    const element = bare instanceof z.ZodArray ? (bare.element as z.ZodType) : undefined;
    return body.map((one) => essence(element, one));
  }
  if (typeof body !== "object" || body === null) return body;
  const shape: Record<string, z.ZodType> = bare instanceof z.ZodObject ? bare.shape : {};
  const members = Object.entries(body).map(([name, value]) => {
    const unsaid = shape[name]?.safeParse(undefined).data;
    return { name, said: essence(shape[name], value), unsaid: essence(shape[name], unsaid) };
  });
  const saying = members.filter(
    ({ said, unsaid }) => JSON.stringify(said) !== JSON.stringify(unsaid),
  );
  return Object.fromEntries(
    saying.sort((a, b) => (a.name < b.name ? -1 : 1)).map(({ name, said }) => [name, said]),
  );
};
