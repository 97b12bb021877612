import type { MiddlewareHandler } from "hono";
import type * as z from "zod";
import { Problem } from "./problem.ts";

/** Where a middleware keeps what it says about its route. */
export const DOCUMENTS: unique symbol = Symbol("documents");

/** A part of a route's documentation: what it is, what it takes, what it answers. */
export type Documentation = {
  operationId?: string;
  summary?: string;
  description?: string;
  responses?: Record<number, { description: string; type: string; schema: z.ZodType }>;
  header?: z.ZodType;
  param?: z.ZodType;
  query?: z.ZodType;
  json?: z.ZodType;
};

/** Says what a route is. Costs nothing at run time: the OpenAPI document is made of it when the project is built. */
export const documented = (documentation: Documentation): MiddlewareHandler =>
  Object.assign<MiddlewareHandler, object>((_, next) => next(), { [DOCUMENTS]: documentation });

/** An answer with a JSON body. */
export const answers = (description: string, schema: z.ZodType) => ({
  description,
  type: "application/json",
  schema,
});

/** The problems that a route answers with. */
export const refuses = (statuses: Record<number, string>) =>
  Object.fromEntries(
    Object.entries(statuses).map(([status, description]) => [
      status,
      { description, type: "application/problem+json", schema: Problem },
    ]),
  );

/** What the middlewares of a route say together; undefined where none says anything. */
export const documentationOf = (handlers: readonly unknown[]): Documentation | undefined => {
  const parts = handlers.flatMap((handler) => {
    const part = (handler as { [DOCUMENTS]?: Documentation })[DOCUMENTS];
    return part ? [part] : [];
  });
  return parts.length > 0 ? Object.assign({}, ...parts) : undefined;
};
