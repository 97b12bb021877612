import { createMiddleware } from "hono/factory";
import * as z from "zod";
import { DOCUMENTS, type Documentation } from "./documented.ts";
import { IdempotencyKey } from "./idempotency.ts";
import { problem } from "./problem.ts";

const header = z.object({ "Idempotency-Key": IdempotencyKey });

/** Requires the Idempotency-Key header of a POST, and leaves it in `c.var.idempotencyKey`. 400 where it is missing or malformed. */
export const idempotencyKey = Object.assign(
  createMiddleware<{ Variables: { idempotencyKey: string } }>(async (c, next) => {
    // As it was sent: Hono's adapter makes visible ASCII of whatever is none, so two keys might become one.
    const { event }: { event?: { headers?: Record<string, string> } } = c.env ?? {};
    const sent = event?.headers?.["idempotency-key"] ?? c.req.header("idempotency-key");
    const { data } = IdempotencyKey.safeParse(sent);
    if (!data)
      return problem(c, 400, {
        code: "IdempotencyKeyMissing",
        detail:
          "Send an Idempotency-Key header of 1 to 128 visible ASCII characters, once and without a comma.",
      });
    c.set("idempotencyKey", data);
    return next();
  }),
  { [DOCUMENTS]: { header } as Documentation },
);
