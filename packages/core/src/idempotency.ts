import { createHash } from "node:crypto";
import * as z from "zod";
import { type Refusal, type Result, refuse } from "./result.ts";
import type { Write } from "./transact.ts";

const KEPT_SECONDS = 72 * 3600;

/**
 * The header that makes a POST safe to repeat (https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/).
 * Without a comma: an HTTP API joins a header that was sent twice with one, and `K,K` would be another key than `K`.
 */
export const IdempotencyKey = z
  .string()
  .regex(/^[\x21-\x2b\x2d-\x7e]{1,128}$/, "must be 1 to 128 visible ASCII characters, no comma");

/** What was answered to the first request with a key, as JSON text: DynamoDB does not keep the order of a map's members. */
export type Answered = { pk: string; sk: string; request: string; at: number; answer: string };

/** A request as its key sees it: whose it is, and what it asks. */
export type Attempt = { principal: string; key: string; request: string };

/** What a request asks, as a fingerprint: another body under the same key is another request. See essence.ts for bodies. */
export const fingerprint = (asked: unknown): string =>
  createHash("sha256").update(JSON.stringify(asked)).digest("base64url");

/** The record's key in its table: scoped to the principal, so that nobody is given another's answer. */
export const recordKey = ({ principal, key }: Omit<Attempt, "request">) => ({
  pk: `IDEMPOTENCY#${principal}#${key}`,
  sk: "ANSWER",
});

/**
 * The record, written **in the transaction** of what the request does: a lock beside it would run the request
 * again after a crash between the two. Whether a key is too old, the clock decides. What is written under an id that follows
 * from the key can let TTL clean the record up; elsewhere the record alone stops a second effect, and stays `forEver`.
 */
export const recordAnswer = <Answer>(
  table: string,
  attempt: Attempt,
  answer: Answer,
  { forEver = false } = {},
): Write => {
  const at = Date.now();
  return {
    Put: {
      TableName: table,
      Item: {
        ...recordKey(attempt),
        request: attempt.request,
        at,
        answer: JSON.stringify(answer),
        ...(!forEver && { expiresAt: Math.floor(at / 1000) + 2 * KEPT_SECONDS }),
      },
      ConditionExpression: "attribute_not_exists(pk)",
    },
  };
};

/** The answer to give instead of running the request again, a refusal, or undefined for a new request. */
export const answerTo = <Answer>(
  record: Pick<Answered, "request" | "at" | "answer"> | undefined,
  { request }: Attempt,
): Result<Answer, Refusal<"IdempotencyKeyReused" | "IdempotencyKeyExpired">> | undefined => {
  if (!record) return undefined;
  if (record.request !== request)
    return refuse("IdempotencyKeyReused", "This Idempotency-Key was used for another request.");
  if (Date.now() - record.at > KEPT_SECONDS * 1000)
    return refuse("IdempotencyKeyExpired", "This Idempotency-Key is older than 72 hours.");
  return { ok: true, value: JSON.parse(record.answer) };
};
