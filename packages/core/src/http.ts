import { sValidator } from "@hono/standard-validator";
import { Hono, type ValidationTargets } from "hono";
import { bodyLimit } from "hono/body-limit";
import { HTTPException } from "hono/http-exception";
import * as z from "zod";
import type { Principal } from "./auth.ts";
import { newTrace, traced } from "./context.ts";
import { DOCUMENTS, type Documentation } from "./documented.ts";
import { describeError, log } from "./log.ts";
import { plainWords } from "./plain-words.ts";
import { problem } from "./problem.ts";
import { newUlid } from "./ulid.ts";

const BODY_LIMIT = 64 * 1024;

// Callers read them; the library's own are for programmers.
z.config({ customError: plainWords });

/** What handlers find in Hono's context. */
export type Env = { Variables: { principal: Principal } };

/** A Hono app with what every API here shares: a trace, a body limit, and one shape of error. */
export const api = () =>
  new Hono<Env>()
    .use(async (c, next) => {
      const id = `req_${newUlid()}`;
      await traced(newTrace(id, c.req.header("traceparent")), next);
      c.header("x-request-id", id);
    })
    .use(
      bodyLimit({
        maxSize: BODY_LIMIT,
        onError: (c) => problem(c, 413, { code: "BodyTooLarge", detail: "At most 64 KB, please." }),
      }),
    )
    .notFound((c) => problem(c, 404, { code: "NotFound", detail: "There is nothing here." }))
    .onError((error, c) => {
      if (error instanceof HTTPException && error.status < 500)
        return problem(c, error.status, { code: "Malformed", detail: error.message });
      if (isBusy(error)) {
        c.header("retry-after", "1");
        return problem(c, 503, { code: "Busy", detail: "Too much at once; please send it again." });
      }
      log("request failed", describeError(error));
      return problem(c, 500, { code: "Internal", detail: "Something broke on our side." });
    });

const BUSY = new Set([
  "WriteConflict",
  "VersionConflict",
  "Throttled",
  "ThrottlingException",
  "ProvisionedThroughputExceededException",
  "RequestLimitExceeded",
  "TransactionInProgressException",
]);
const isBusy = (error: Error) => BUSY.has(error.name);

const JSON_TYPE = /^application\/json(?:\s*;|$)/i;
const PARTS: Record<keyof ValidationTargets, string> = {
  json: "The body",
  query: "The query",
  param: "The path",
  header: "The headers",
  cookie: "The cookies",
  form: "The form",
};
const NOT_JSON = { code: "UnsupportedMediaType", detail: "Send JSON, as application/json." };

/** Checks a part of the request against a schema before the handler sees it, and documents it. */
export const valid = <Target extends keyof ValidationTargets, Schema extends z.ZodType>(
  target: Target,
  schema: Schema,
) => {
  const check = sValidator(target, schema, (result, c) => {
    // Hono takes anything else for an empty object.
    if (target === "json" && !JSON_TYPE.test(c.req.header("content-type") ?? ""))
      return problem(c, 415, NOT_JSON);
    if (result.success) return undefined;
    const errors = result.error.map(({ path = [], message }) => ({
      path: path
        .map((part: PropertyKey | { key: PropertyKey }) =>
          String(typeof part === "object" ? part.key : part),
        )
        .join("."),
      message,
    }));
    const { path: name, message } = errors[0] ?? { message: "is not what we expect" };
    const detail = `${name || PARTS[target]} ${message}.`;
    return problem(c, 422, { code: "Invalid", detail }, errors);
  });
  return Object.assign(check, { [DOCUMENTS]: { [target]: schema } as Documentation });
};
