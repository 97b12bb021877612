import { AwsError, notEmulated, type World } from "../../kernel/engine.ts";
import { newLife } from "../../kernel/life.ts";
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

/** An invocation that somebody asked for and does not wait for, until it is done or given up. */
type PendingEvent = {
  functionName: string;
  requestId: string;
  payload: string;
  since: number;
  failures: number;
  throttles: number;
  /** When it is tried next; in the past while it is. */
  dueAt: number;
};

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

/** A function as it is at the moment, with what it says about its asynchronous invocations. */
type Found = {
  fn: FunctionConfig;
  config: EventInvokeConfig;
  deadLetter?: string;
  /** Whether its reserved concurrency is zero: then its events are given up without a try. */
  suspended: boolean;
};

/**
 * Lambda's internal queue of asynchronous invocations: a function error is retried after one and two minutes, a
 * throttled one with growing pauses, and what is given up goes to the dead-letter queue and the failure destination.
 */
export const asyncInvocations = (
  world: World,
  find: (functionName: string) => Found | undefined,
  run: (event: PendingEvent) => Promise<Outcome>,
) => {
  const { clock } = world;
  const pending = world.keep.map<PendingEvent>("lambda.events");
  let life = newLife(clock);

  const giveUp = async (
    { fn, config, deadLetter }: Found,
    { requestId, payload }: PendingEvent,
    condition: "RetriesExhausted" | "EventAgeExceeded" | "ZeroReservedConcurrency",
    invokeCount: number,
    error?: { errorMessage: string },
  ) => {
    const { over } = life;
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
    if (deadLetter && !over())
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
    if (!over()) pending.delete(requestId);
  };

  const attempt = async (event: PendingEvent) => {
    const { functionName, requestId, since, failures, throttles } = event;
    const { over } = life;
    const found = find(functionName);
    // Of a function that was deleted meanwhile.
    if (!found) return void pending.delete(requestId);
    const { config, suspended } = found;
    if (suspended) return giveUp(found, event, "ZeroReservedConcurrency", failures);
    const age = (config.MaximumEventAgeInSeconds ?? longestAge) * 1000;
    const tooOld = (at: number) => at - since > age;
    const later = (ms: number, changes: Partial<PendingEvent>) =>
      plan({ ...event, ...changes, dueAt: clock.now() + ms });
    if (tooOld(clock.now())) return giveUp(found, event, "EventAgeExceeded", failures);
    let outcome: Outcome;
    try {
      outcome = await run(event);
    } catch {
      // Throttled: it was never invoked, so that is no attempt of the retry policy.
      if (!over()) later(Math.min(1000 * 2 ** throttles, 300_000), { throttles: throttles + 1 });
      return;
    }
    if (over()) return;
    if (outcome.ok) return void pending.delete(requestId);
    const most = config.MaximumRetryAttempts ?? 2;
    if (failures >= most)
      return giveUp(found, event, "RetriesExhausted", failures + 1, outcome.error);
    const pause = pauses[failures] ?? 120_000;
    if (tooOld(clock.now() + pause))
      return giveUp(found, event, "EventAgeExceeded", failures + 1, outcome.error);
    later(pause, { failures: failures + 1, throttles: 0 });
  };

  const arm = (event: PendingEvent) =>
    life.after(Math.max(0, event.dueAt - clock.now()), `lambda event ${event.functionName}`, () =>
      attempt(event),
    );

  const plan = (event: PendingEvent) => {
    pending.set(event.requestId, event);
    arm(event);
  };

  return {
    /** Takes an event; it is run a moment later. */
    enqueue(functionName: string, requestId: string, payload: string) {
      const since = clock.now();
      const [failures, throttles] = [0, 0];
      plan({ functionName, requestId, payload, since, failures, throttles, dueAt: since });
    },
    stop: () => life.end(),
    resume() {
      life = newLife(clock);
      for (const event of pending.values()) arm(event);
    },
  };
};
