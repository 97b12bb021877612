import { AwsError, type World } from "../../kernel/engine.ts";
import { newLife } from "../../kernel/life.ts";
import { sendToDestination } from "./destinations.ts";
import { type EventInvokeConfig, longestAge } from "./event-invoke-configs.ts";
import {
  describeThrown,
  EnvironmentCrash,
  type ErrorPayload,
  type FunctionConfig,
  type Outcome,
} from "./function.ts";

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

const pauses = [60_000, 120_000];

/** A function as it is at the moment, with what it says about its asynchronous invocations. */
type Found = {
  fn: FunctionConfig;
  config: EventInvokeConfig;
  deadLetter?: string | undefined;
  /** Whether its reserved concurrency is zero: then its events are given up without a try. */
  suspended: boolean;
};

type Condition = "RetriesExhausted" | "EventAgeExceeded" | "ZeroReservedConcurrency";

/** What AWS puts back into its queue, as no attempt: throttling and errors of the service itself. */
const isTransient = (error: unknown): boolean =>
  error instanceof AwsError &&
  error.code !== "NotEmulated" &&
  (error.status === 429 || error.status >= 500);

/** What the failure destination is told. The payload was JSON already, however deep: it is not walked again. */
const recordOf = (
  { fn }: Found,
  { requestId, payload }: PendingEvent,
  timestamp: string,
  condition: Condition,
  approximateInvokeCount: number,
  error?: ErrorPayload,
) => {
  const functionArn = `${fn.arn}:$LATEST`;
  const before = {
    version: "1.0",
    timestamp,
    requestContext: { requestId, functionArn, condition, approximateInvokeCount },
  };
  const responseContext = {
    statusCode: 200,
    executedVersion: "$LATEST",
    functionError: "Unhandled",
  };
  const after = error
    ? `,${JSON.stringify({ responseContext, responsePayload: error }).slice(1)}`
    : "}";
  return `${JSON.stringify(before).slice(0, -1)},"requestPayload":${payload}${after}`;
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
  const { clock, note } = world;
  const pending = world.keep.map<PendingEvent>("lambda.events");
  let life = newLife(clock);

  const giveUp = async (
    found: Found,
    event: PendingEvent,
    condition: Condition,
    invokeCount: number,
    error?: ErrorPayload,
  ) => {
    const { over } = life;
    const { fn, config, deadLetter } = found;
    const { requestId, payload } = event;
    const caller = { name: fn.name, role: fn.role };
    const arn = config.DestinationConfig?.OnFailure?.Destination;
    const queue = arn ?? deadLetter;
    note({
      kind: "event-dropped",
      function: fn.name,
      requestId,
      condition,
      ...(queue && { queue }),
    });
    if (arn) {
      const timestamp = new Date(clock.now()).toISOString();
      const body = recordOf(found, event, timestamp, condition, invokeCount, error);
      await sendToDestination(world, { arn, caller, body });
    }
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
      const caller = { name: "lambda", role: "lambda.amazonaws.com" };
      const input = { FunctionName: functionName, Event: event.payload, Attempt: failures + 1 };
      const own = { caller, service: "lambda", operation: "Attempt", input };
      outcome = await world.act(own, () => run(event));
    } catch (error) {
      if (over()) return;
      if (isTransient(error))
        return later(Math.min(1000 * 2 ** throttles, 300_000), { throttles: throttles + 1 });
      const where = `asynchronous invocation of ${functionName}`;
      if (!(error instanceof EnvironmentCrash))
        note({ kind: "defect", where, message: String(error), error });
      outcome = { ok: false, error: describeThrown(error) };
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
