import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import * as z from "zod";
import type { Refusal } from "./result.ts";

/** An error as RFC 9457 describes it (https://www.rfc-editor.org/rfc/rfc9457). `type` is stable: programs may rely on it. */
export const Problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
});
export type Problem = z.infer<typeof Problem>;

const kebab = (code: string) => code.replace(/(?<=[a-z0-9])[A-Z]/g, "-$&").toLowerCase();
const words = (code: string) => kebab(code).replaceAll("-", " ");

/** Answers a refusal: its code becomes the problem's type (`OutOfStock` → `/problems/out-of-stock`). */
export const problem = (
  c: Context,
  status: ContentfulStatusCode,
  { code, detail }: Refusal,
  errors?: Problem["errors"],
) => {
  const body: Problem = {
    type: `/problems/${kebab(code)}`,
    title: words(code).replace(/^./, (letter) => letter.toUpperCase()),
    status,
    detail,
    ...(errors && { errors }),
  };
  return c.body(JSON.stringify(body), status, { "content-type": "application/problem+json" });
};

/**
 * How an API answers the refusals of its commands: with the status that it names for one, otherwise with 409, for how things
 * stand. Those of an Idempotency-Key are the same everywhere.
 */
export const refusedWith =
  (statuses: Record<string, 404 | 422 | 503>) => (c: Context, refusal: Refusal) => {
    if (refusal.code === "RequestInProgress") c.header("retry-after", "1");
    const status = { IdempotencyKeyReused: 422 as const, ...statuses }[refusal.code];
    return problem(c, status ?? 409, refusal);
  };
