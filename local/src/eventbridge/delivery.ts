import { AwsError, type Caller, type World } from "../engine.ts";

/** How long EventBridge and its Scheduler try, at most. */
export type RetryPolicy = { MaximumRetryAttempts?: number; MaximumEventAgeInSeconds?: number };

/** One thing to bring to one target, however often it takes. */
export type Delivery = {
  /** Names the decision in traces. */
  label: string;
  /** What notes about this delivery say, and the kind they begin with: "events.delivered". */
  kind: "events" | "scheduler";
  fact: Record<string, unknown>;
  /** One attempt; `retries` came before it. */
  send: (retries: number) => Promise<unknown>;
  retryPolicy?: RetryPolicy;
  deadLetters?: {
    arn: string;
    caller: Caller;
    body: string;
    attributes: Record<string, string>;
  };
};

const most = { attempts: 185, seconds: 86_400 };

const codes: [pattern: RegExp, code: string][] = [
  [/AccessDenied|NotAuthorized|Unauthorized|AuthorizationError/, "NO_PERMISSIONS"],
  [/Throttl|TooManyRequests|LimitExceeded|RequestLimit|SlowDown|Overload/, "THROTTLING"],
  [/NotFound|DoesNotExist|NonExistent/, "NO_RESOURCE"],
  [/AlreadyExists/, "RESOURCE_ALREADY_EXISTS"],
  [/Timeout|TimedOut/, "TIMEOUT"],
];

/** What AWS's dead letters call an error, and whether another attempt could help. */
const judge = (error: unknown): { code: string; again: boolean } => {
  if (!(error instanceof AwsError)) return { code: "CONNECTION_FAILURE", again: true };
  const code = codes.find(([pattern]) => pattern.test(error.code))?.[1];
  const again =
    code === "THROTTLING" ||
    code === "TIMEOUT" ||
    (error.status >= 500 && error.code !== "NotEmulated");
  return { code: code ?? (error.status >= 500 ? "ERROR_FROM_TARGET" : "SDK_CLIENT_ERROR"), again };
};

/** From one second doubling to eight minutes, with jitter: 185 attempts take about the 24 hours. */
const backoff = (retries: number, random: number) =>
  Math.min(1000 * 2 ** retries, 480_000) * (0.9 + 0.2 * random);

/**
 * Delivers: each attempt is a decision of the clock. An error that may pass is retried with backoff and jitter
 * within the retry policy; then, or at once for an error that will not pass, the thing goes to the dead-letter
 * queue, or is dropped, and a note says so.
 */
export const deliver = ({ clock, call, note }: World, delivery: Delivery): void => {
  const { label, kind, fact, send, retryPolicy = {}, deadLetters } = delivery;
  const attempts = retryPolicy.MaximumRetryAttempts ?? most.attempts;
  const deadline = clock.now() + (retryPolicy.MaximumEventAgeInSeconds ?? most.seconds) * 1000;

  const giveUp = async (code: string, error: unknown, retries: number, exhausted?: string) => {
    const message = error instanceof Error ? error.message : String(error);
    const end = { ...fact, code, message, retries, exhausted };
    if (!deadLetters) return note({ kind: `${kind}.dropped`, ...end });
    const attributes = {
      ...deadLetters.attributes,
      ERROR_CODE: code,
      ERROR_MESSAGE: message || code,
      RETRY_ATTEMPTS: String(retries),
      ...(exhausted && { EXHAUSTED_RETRY_CONDITION: exhausted }),
    };
    const input = {
      QueueUrl: deadLetters.arn,
      MessageBody: deadLetters.body,
      MessageAttributes: Object.fromEntries(
        Object.entries(attributes).map(([name, StringValue]) => [
          name,
          { DataType: "String", StringValue },
        ]),
      ),
    };
    const bury = async (tries: number) => {
      try {
        const sent = await call({
          caller: deadLetters.caller,
          service: "sqs",
          operation: "SendMessage",
          input,
        });
        note({
          kind: `${kind}.deadletter`,
          ...end,
          deadLetterQueue: deadLetters.arn,
          messageId: sent?.MessageId,
        });
      } catch (failure) {
        if (tries > 1 && judge(failure).again)
          clock.after(1000, `${label} dead letter`, () => bury(tries - 1));
        else note({ kind: `${kind}.dropped`, ...end, deadLetterError: String(failure) });
      }
    };
    await bury(3);
  };

  const attempt = async (retries: number): Promise<unknown> => {
    let failure: unknown;
    try {
      await send(retries);
      return note({ kind: `${kind}.delivered`, ...fact, retries });
    } catch (error) {
      failure = error;
    }
    const { code, again } = judge(failure);
    if (!again) return giveUp(code, failure, retries);
    if (retries >= attempts) return giveUp(code, failure, retries, "MaximumRetryAttempts");
    const delay = backoff(retries, clock.random());
    if (clock.now() + delay > deadline)
      return giveUp(code, failure, retries, "MaximumEventAgeInSeconds");
    note({ kind: `${kind}.retry`, ...fact, code, message: String(failure), retries, inMs: delay });
    clock.after(delay, `${label} again`, () => attempt(retries + 1));
    return undefined;
  };

  clock.after(0, label, () => attempt(0));
};

/** The call that brings `input` to a Lambda function, a queue or a state machine; undefined for any other ARN. */
export const callOf = (
  arn: string,
  input: string,
  { name, group }: { name: () => string; group?: string },
): { service: string; operation: string; input: Record<string, unknown> } | undefined => {
  const [, , service] = arn.split(":");
  switch (service) {
    case "lambda":
      return {
        service,
        operation: "Invoke",
        input: {
          FunctionName: arn,
          InvocationType: "Event",
          Payload: Buffer.from(input).toString("base64"),
        },
      };
    case "sqs":
      return {
        service,
        operation: "SendMessage",
        input: { QueueUrl: arn, MessageBody: input, ...(group && { MessageGroupId: group }) },
      };
    case "states":
      return {
        service,
        operation: "StartExecution",
        input: { stateMachineArn: arn, name: name(), input },
      };
    default:
      return undefined;
  }
};
