import { AwsError, type Caller, notEmulated, type World } from "../../kernel/engine.ts";
import { uuid } from "../../kernel/uuid.ts";
import type { Concurrency } from "./concurrency.ts";
import { invalid, type Named } from "./errors.ts";
import type { EventJson, Outcome, Runtime } from "./function.ts";
import type { Created, FunctionRegistry } from "./functions.ts";

// https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html; the number for answers is that of AWS's message.
const mostSync = 6 * 1024 * 1024;
const mostAnswered = 6_291_556;
const mostAsync = 1024 * 1024;

const tooLarge = (bytes: number, most: number) =>
  new AwsError(
    "RequestTooLargeException",
    `${bytes} byte payload is too large for the ${most === mostSync ? "RequestResponse" : "Event"} invocation type (limit ${most} bytes)`,
    413,
    { Type: "User" },
  );

const encode = (text: string) => Buffer.from(text).toString("base64");

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new AwsError(
      "InvalidRequestContentException",
      `Could not parse request body into json: ${(error as Error).message}`,
      400,
      { Type: "User" },
    );
  }
};

const answerOf = (outcome: Outcome) => {
  const answer = { StatusCode: 200, ExecutedVersion: "$LATEST" };
  const failed = (error: object) => ({
    ...answer,
    FunctionError: "Unhandled",
    Payload: encode(JSON.stringify(error)),
  });
  if (!outcome.ok) return failed(outcome.error);
  if (Buffer.byteLength(outcome.result) > mostAnswered)
    return failed({
      errorType: "Function.ResponseSizeTooLarge",
      errorMessage: `Response payload size exceeded maximum allowed payload size (${mostAnswered} bytes).`,
    });
  return { ...answer, Payload: encode(outcome.result) };
};

/** Invocations: `run` runs a function once, if concurrency leaves room; `invoke` is the operation of that name. */
export const invocations = (
  world: World,
  {
    runtime,
    registry,
    concurrency,
    enqueue,
  }: {
    runtime: Runtime;
    registry: FunctionRegistry;
    concurrency: Concurrency;
    /** Takes an asynchronous invocation. */
    enqueue: (functionName: string, requestId: string, payload: string) => void;
  },
) => {
  const { clock, note, trace } = world;
  const run = async (
    { config }: Created,
    event: EventJson,
    requestId: string,
    source: string,
  ): Promise<Outcome> => {
    const { name } = config;
    const leave = concurrency.enter(name, source);
    const began = clock.now();
    const { text } = event;
    const { seq } = note(
      { kind: "invocation-started", function: name, requestId, source },
      { event: text },
      text.length,
    );
    trace.mark(`invocation ${requestId}`, seq);
    try {
      const outcome = await trace.under(seq, () => runtime.invoke(config, event, { requestId }));
      note(
        {
          kind: "invocation-ended",
          function: name,
          requestId,
          ms: clock.now() - began,
          ...(!outcome.ok && { error: outcome.error }),
        },
        { cause: seq, of: seq, ...(outcome.ok && { output: outcome.result }) },
        outcome.ok ? outcome.result.length : 0,
      );
      return outcome;
    } finally {
      leave();
    }
  };

  const invoke = async (
    input: Named & { InvocationType?: string; LogType?: string; Payload?: string },
    caller: Caller,
  ) => {
    const { InvocationType = "RequestResponse", LogType, Payload = "" } = input;
    const created = registry.found(input.FunctionName, input.Qualifier);
    if (LogType === "Tail") throw notEmulated("lambda", "LogType Tail of Invoke");
    if (InvocationType === "DryRun") return { StatusCode: 204 };
    if (InvocationType !== "RequestResponse" && InvocationType !== "Event")
      throw invalid(`Unknown invocation type ${InvocationType}.`);
    const bytes = Buffer.from(Payload, "base64");
    const most = InvocationType === "Event" ? mostAsync : mostSync;
    if (bytes.byteLength > most) throw tooLarge(bytes.byteLength, most);
    const text = bytes.byteLength > 0 ? bytes.toString("utf8") : "{}";
    const value = parsed(text);
    const requestId = uuid(
      clock,
      `lambda request ${input.FunctionName} ${caller.invocation ?? caller.name}`,
    );
    if (InvocationType === "Event") {
      enqueue(created.config.name, requestId, text);
      return { StatusCode: 202 };
    }
    return answerOf(await run(created, { text, value }, requestId, caller.name));
  };
  return { run, invoke };
};
