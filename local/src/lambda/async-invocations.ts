import { AwsError, notEmulated, type World } from "../engine.ts";
import { checkDestination, sendToDestination } from "./destinations.ts";
import type { FunctionConfig, Outcome } from "./function.ts";

/** How asynchronous invocations of a function are retried, and where they go that never succeed. */
export type EventInvokeConfig = {
  MaximumRetryAttempts?: number;
  MaximumEventAgeInSeconds?: number;
  DestinationConfig?: {
    OnFailure?: { Destination?: string };
    OnSuccess?: { Destination?: string };
  };
};

/** An invocation that somebody asked for and does not wait for. */
export type QueuedEvent = { requestId: string; payload: string; since: number };

const longestAge = 6 * 3600;
const pauses = [60_000, 120_000];

/** Refuses a configuration that AWS would refuse or that is not emulated. */
export const checkEventInvokeConfig = (config: EventInvokeConfig): void => {
  const {
    MaximumRetryAttempts: retries,
    MaximumEventAgeInSeconds: age,
    DestinationConfig,
  } = config;
  const invalid = (name: string, value: unknown) =>
    new AwsError("InvalidParameterValueException", `Value ${value} at '${name}' is out of range.`);
  if (retries !== undefined && !(Number.isInteger(retries) && retries >= 0 && retries <= 2))
    throw invalid("maximumRetryAttempts", retries);
  if (age !== undefined && !(Number.isInteger(age) && age >= 60 && age <= longestAge))
    throw invalid("maximumEventAgeInSeconds", age);
  if (DestinationConfig?.OnSuccess?.Destination)
    throw notEmulated("lambda", "the destination OnSuccess of an asynchronous invocation");
  checkDestination(DestinationConfig?.OnFailure?.Destination);
};

/**
 * Lambda's internal queue of asynchronous invocations: a function error is retried after one and two minutes, a
 * throttled one with growing pauses, and what is given up goes to the dead-letter queue and the failure destination.
 */
export const asyncInvocations = (
  world: World,
  settings: (fn: FunctionConfig) => { config: EventInvokeConfig; deadLetter?: string },
  run: (fn: FunctionConfig, event: QueuedEvent) => Promise<Outcome>,
) => {
  const { clock } = world;

  const giveUp = async (
    fn: FunctionConfig,
    { requestId, payload }: QueuedEvent,
    condition: "RetriesExhausted" | "EventAgeExceeded",
    invokeCount: number,
    error?: { errorMessage: string },
  ) => {
    const { config, deadLetter } = settings(fn);
    const caller = { name: fn.name, role: fn.role };
    world.note({ kind: "event-dropped", function: fn.name, requestId, condition });
    const arn = config.DestinationConfig?.OnFailure?.Destination;
    if (arn)
      await sendToDestination(world, {
        arn,
        caller,
        body: JSON.stringify({
          version: "1.0",
          timestamp: new Date(clock.now()).toISOString(),
          requestContext: {
            requestId,
            functionArn: `${fn.arn}:$LATEST`,
            condition,
            approximateInvokeCount: invokeCount,
          },
          requestPayload: JSON.parse(payload),
          ...(error && {
            responseContext: {
              statusCode: 200,
              executedVersion: "$LATEST",
              functionError: "Unhandled",
            },
            responsePayload: error,
          }),
        }),
      });
    if (deadLetter)
      await sendToDestination(world, {
        arn: deadLetter,
        caller,
        body: payload,
        attributes: {
          RequestID: requestId,
          ErrorCode: "200",
          ErrorMessage: error?.errorMessage.slice(0, 1024) || condition,
        },
      });
  };

  const attempt = async (
    fn: FunctionConfig,
    event: QueuedEvent,
    failures: number,
    throttles: number,
  ) => {
    const { config } = settings(fn);
    const age = (config.MaximumEventAgeInSeconds ?? longestAge) * 1000;
    const tooOld = (at: number) => at - event.since > age;
    const later = (ms: number, nextFailures: number, nextThrottles: number) =>
      clock.after(ms, `lambda event ${fn.name}`, () =>
        attempt(fn, event, nextFailures, nextThrottles),
      );
    if (tooOld(clock.now())) return giveUp(fn, event, "EventAgeExceeded", failures);
    let outcome: Outcome;
    try {
      outcome = await run(fn, event);
    } catch {
      // Throttled: it was never invoked, so that is no attempt of the retry policy.
      later(Math.min(1000 * 2 ** throttles, 300_000), failures, throttles + 1);
      return;
    }
    if (outcome.ok) return;
    const most = config.MaximumRetryAttempts ?? 2;
    if (failures >= most) return giveUp(fn, event, "RetriesExhausted", failures + 1, outcome.error);
    const pause = pauses[failures] ?? 120_000;
    if (tooOld(clock.now() + pause))
      return giveUp(fn, event, "EventAgeExceeded", failures + 1, outcome.error);
    later(pause, failures + 1, 0);
  };

  return {
    /** Takes an event; it is run a moment later. */
    enqueue: (fn: FunctionConfig, event: QueuedEvent): void => {
      clock.after(0, `lambda event ${fn.name}`, () => attempt(fn, event, 0, 0));
    },
  };
};
