import { signal } from "@preact/signals";
import { waitBefore } from "./patience.ts";

/** What the shop did not do, and why: RFC 9457's problem, or what stands for one where there was no such answer. */
export type Problem = { type: string; status: number; detail: string };
export type Answer<T> = { ok: true; value: T } | { ok: false; problem: Problem };

/** What is being waited for, in a sentence; undefined while all is well. */
export const waiting = signal<string | undefined>(undefined);

const MOST_ATTEMPTS = 12;
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const sentences: Record<number, string> = {
  401: "You are not signed in any more.",
  403: "This is not yours to do.",
  404: "There is nothing here.",
  429: "Too many are asking at once.",
  503: "The shop is busy.",
};

const problemOf = async (answer: Response): Promise<Problem> => {
  const said = await answer.json().catch(() => ({}));
  const detail =
    typeof said.detail === "string"
      ? said.detail
      : (sentences[answer.status] ?? `The shop answered ${answer.status}, without saying why.`);
  return { type: String(said.type ?? ""), status: answer.status, detail };
};

const whyWaiting = (status: number | "no answer", sent: boolean) => {
  if (status === "no answer")
    return sent
      ? "The answer did not arrive. Asking again, for the same order."
      : "The shop does not answer. Asking again until it does.";
  if (status === 409) return "The shop is still at it. Asking again in a moment.";
  return status === 429
    ? "Many people want something at once. Asking again in a moment."
    : "The shop is busy. Asking again in a moment.";
};

type Request = {
  method?: "GET" | "POST";
  token?: string | undefined;
  /** With it a POST may be sent again: twice is once. */
  key?: string;
  body?: unknown;
  signal?: AbortSignal;
};

const send = async (url: string, { method = "GET", token, key, body, signal }: Request) => {
  try {
    return await fetch(url, {
      method,
      signal: signal ?? null,
      headers: {
        accept: "application/json",
        ...(token && { authorization: `Bearer ${token}` }),
        ...(key && { "idempotency-key": key }),
        ...(body !== undefined && { "content-type": "application/json" }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  } catch {
    return undefined;
  }
};

/**
 * Asks the API. What may be repeated is asked again, with the same key, while the shop is busy or does not answer. Answers a
 * problem where it says no, or where patience ends.
 */
export const ask = async <T>(url: string, request: Request = {}): Promise<Answer<T>> => {
  const { method = "GET", key, signal } = request;
  let said: string | undefined;
  for (let attempt = 0; ; attempt++) {
    const answer = await send(url, request);
    if (said !== undefined && waiting.value === said) waiting.value = undefined;
    if (signal?.aborted)
      return { ok: false, problem: { type: "aborted", status: 0, detail: "Not asked any more." } };
    if (answer?.ok) {
      try {
        return { ok: true, value: await answer.json() };
      } catch {
        // An answer that broke off is none.
      }
    }
    const status = answer && !answer.ok ? answer.status : "no answer";
    const ms = waitBefore(status, answer?.headers.get("retry-after") ?? null, attempt);
    if (ms === undefined && answer) return { ok: false, problem: await problemOf(answer) };
    if (attempt >= MOST_ATTEMPTS)
      return {
        ok: false,
        problem: {
          type: "unanswered",
          status: 0,
          detail: "The shop has not answered for a while.",
        },
      };
    said = whyWaiting(status, method === "POST" && key !== undefined);
    waiting.value = said;
    await sleep(ms ?? 1_000);
  }
};
