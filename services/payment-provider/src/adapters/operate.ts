import { fingerprint } from "@petstore/core/idempotency";
import { ok, type Refusal, type Result, refuse } from "@petstore/core/result";
import { cardNamed } from "../domain/cards.ts";
import { type Operation, perform } from "../domain/operations.ts";
import type { Statement } from "../domain/payment.ts";
import { webhooksAfter } from "../domain/webhooks.ts";
import { readPayment, writePayment } from "./payments.ts";
import { schedule } from "./webhooks.ts";

const ATTEMPTS = 5;
/** How long a key is known, as with most providers: after a day the same request is a new one. */
const KEY_KNOWN_MS = 24 * 3600_000;

/** The answer gets lost on purpose. */
class BrokenOff extends Error {
  override name = "BrokenOff";
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Does something once for a key, for a day. The same request is given the same answer again, another one under the same key
 * is refused; refusals are not kept, they may be out of date tomorrow. Then the card adds what it is there for:
 * webhooks, silence, a broken answer.
 */
export const operate = async (
  key: string,
  operation: Operation,
  attempt = 1,
): Promise<Result<Statement, Refusal>> => {
  const { paymentId, type } = operation;
  const request = fingerprint(operation);
  const row = await readPayment(paymentId);
  const earlier = row?.answers[key];
  const now = Date.now();
  if (earlier && now - earlier.at < KEY_KNOWN_MS)
    return earlier.request === request
      ? ok(earlier.statement)
      : refuse("IdempotencyKeyReused", "This Idempotency-Key was used for another request.");

  const result = perform(row?.payment, operation, now);
  if (!result.ok) return result;
  const { payment, statement, posting, broken } = result.value;
  const answers = { ...row?.answers, ...(!broken && { [key]: { request, statement, at: now } }) };
  const sk = [paymentId, statement.status, statement.cause].filter(Boolean).join("#");
  const written = await writePayment(
    { payment, answers, version: (row?.version ?? 0) + 1 },
    posting && { sk, posting },
  );
  if (!written && attempt < ATTEMPTS) return operate(key, operation, attempt + 1);
  if (!written) throw new Error(`Too many requests about ${paymentId} at once`);
  if (broken) throw new BrokenOff("This card breaks off its first refunds.");

  await schedule(webhooksAfter(operation, payment, statement));
  if (type === "authorize") await pause(cardNamed(payment.card)?.silentForMs ?? 0);
  return ok(statement);
};
