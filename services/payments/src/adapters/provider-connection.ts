import { log } from "@petstore/core/log";
import { OutcomeUnknown } from "@petstore/core/saga-step";
import {
  BrokenCircuitError,
  ConsecutiveBreaker,
  circuitBreaker,
  handleAll,
  TimeoutStrategy,
  timeout,
  wrap,
} from "cockatiel";

const PATIENCE_MS = 3_000;
const FAILURES_IN_A_ROW = 5;
const REST_MS = 10_000;

type Question = { idempotencyKey?: string; body?: object };
type Answer = { status: number; body: unknown };

/** 5xx and "too much at once" say nothing about whether it was done; so does a first request still under way. */
const isIndefinite = ({ status, body }: Answer) =>
  status >= 500 ||
  status === 408 ||
  status === 429 ||
  (status === 409 && JSON.stringify(body).includes("/problems/request-in-progress"));

/**
 * How we reach the provider: three seconds for an answer, and after five failures in a row none are sent for
 * ten seconds, so that an outage costs us no Lambda time and the provider no storm. The breaker is this
 * instance's own. Nothing is retried here: that is the saga's, which remembers. Whatever is not a definite
 * answer is OutcomeUnknown, a time-out above all: the money may be reserved. So is a refusal of our own key, which says
 * nothing about a card: it is an outage of ours, logged as an error, and over when both sides have the same key again.
 */
export const connection = ({ url, apiKey }: { url: string; apiKey: string }) => {
  const policy = wrap(
    circuitBreaker(handleAll, {
      halfOpenAfter: REST_MS,
      breaker: new ConsecutiveBreaker(FAILURES_IN_A_ROW),
    }),
    timeout(PATIENCE_MS, TimeoutStrategy.Aggressive),
  );

  const send = async (
    signal: AbortSignal,
    method: "GET" | "POST",
    path: string,
    { idempotencyKey, body }: Question,
  ): Promise<Answer> => {
    const response = await fetch(`${url.replace(/\/$/, "")}${path}`, {
      method,
      signal,
      headers: {
        authorization: `Bearer ${apiKey}`,
        ...(idempotencyKey && { "idempotency-key": idempotencyKey }),
        ...(body && { "content-type": "application/json" }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    if (response.status === 401 || response.status === 403) {
      const detail = `It answered ${response.status}: is ProviderApiKey what the provider knows?`;
      log("the provider does not accept our API key", { error: "ProviderRefusesUs", detail });
      throw new Error("it does not accept our API key");
    }
    const answer = { status: response.status, body: await response.json() };
    if (isIndefinite(answer)) throw new Error(`it answered ${answer.status}`);
    return answer;
  };

  return async (method: "GET" | "POST", path: string, question: Question = {}): Promise<Answer> => {
    try {
      return await policy.execute(({ signal }) => send(signal, method, path, question));
    } catch (error) {
      const why = error instanceof BrokenCircuitError ? "it was not asked" : String(error);
      throw new OutcomeUnknown(`${method} ${path}: the provider gave no answer (${why}).`);
    }
  };
};
