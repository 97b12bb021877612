/** A refusal, with the sentence that says why. */
export class Refusal extends Error {
  readonly status: number;
  constructor(status: number, sentence: string) {
    super(sentence);
    this.status = status;
  }
}

const sentenceIn = async (answer: Response): Promise<string> => {
  try {
    const { detail, title, message } = await answer.json();
    return String(detail ?? message ?? title);
  } catch {
    return `The shop answered with ${answer.status}.`;
  }
};

type Question = { method?: string; body?: unknown; file?: Blob; signal?: AbortSignal };

/** So long an answer to a look is waited for, in milliseconds: who looks one at a time would wait for ever for one that was lost. */
const LOOK_MS = 30_000;

/** Where the console's server is, on this address. */
export const consolePrefix = "/_local/console/";

/** Asks the console's server. Throws Refusal for what it refuses, and TypeError where it cannot be reached. */
export const ask = async <T>(
  path: string,
  { method, body, file, signal }: Question = {},
): Promise<T> => {
  const isLook = method === undefined && body === undefined;
  const within = signal ?? (isLook ? AbortSignal.timeout(LOOK_MS) : undefined);
  const answer = await fetch(`${consolePrefix}${path}`, {
    method: method ?? (body === undefined ? "GET" : "POST"),
    headers: {
      "x-petstore": "console",
      ...(body !== undefined && { "content-type": "application/json" }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    ...(file && { body: file }),
    ...(within && { signal: within }),
  });
  if (!answer.ok) throw new Refusal(answer.status, await sentenceIn(answer));
  return answer.json();
};

/** The sentence of whatever was thrown. */
export const sentenceOf = (error: unknown): string => {
  if (error instanceof Refusal) return error.message;
  if (
    error instanceof TypeError ||
    (error instanceof DOMException && error.name === "TimeoutError")
  )
    return "The shop does not answer: is it still running?";
  return error instanceof Error ? error.message : String(error);
};
