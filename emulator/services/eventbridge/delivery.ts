import { AwsError, type Caller, type World } from "../../kernel/engine.ts";
import { newLife } from "../../kernel/life.ts";

/** How long EventBridge and its Scheduler try, at most. */
export type RetryPolicy = { MaximumRetryAttempts?: number; MaximumEventAgeInSeconds?: number };

/** One thing that is to be brought to one target, as plain data: until it is there, or given up. */
type Delivery<Goods> = {
  goods: Goods;
  /** Attempts that failed. */
  retries: number;
  /** When it is tried next, and until when at all. */
  dueAt: number;
  deadline: number;
  /** Why it is given up: what is left to do is to bury it. */
  end?: { code: string; message: string; exhausted?: string; tries: number };
};

/** What follows from the goods of a delivery. */
export type Shipment = {
  /** Names the decision in traces. */
  label: string;
  /** What notes about this delivery say. */
  fact: Record<string, unknown>;
  /** One attempt; `retries` came before it. */
  send: (retries: number) => Promise<unknown>;
  retryPolicy?: RetryPolicy;
  deadLetters?: {
    arn: string;
    caller: Caller;
    body: () => string;
    attributes: Record<string, string>;
  };
};

const most = { attempts: 185, seconds: 86_400 };

const codes: [pattern: RegExp, code: string][] = [
  [/AccessDenied|NotAuthorized|Unauthorized|AuthorizationError/, "NO_PERMISSIONS"],
  [/Throttl|TooManyRequests|LimitExceeded|RequestLimit|SlowDown|Overload/, "THROTTLING"],
  [/NotFound|DoesNotExist|NonExistent/, "NO_RESOURCE"],
  [/AlreadyExists/, "RESOURCE_ALREADY_EXISTS"],
  [/InvalidJson/, "INVALID_JSON"],
  [/Timeout|TimedOut/, "TIMEOUT"],
];

/** What AWS's dead letters call an error, and whether another attempt could help. */
const classify = (error: unknown): { code: string; again: boolean } => {
  if (!(error instanceof AwsError)) return { code: "CONNECTION_FAILURE", again: true };
  const code = codes.find(([pattern]) => pattern.test(error.code))?.[1];
  const again =
    code === "THROTTLING" ||
    code === "TIMEOUT" ||
    (error.status >= 500 && error.code !== "NotEmulated");
  return { code: code ?? (error.status >= 500 ? "ERROR_FROM_TARGET" : "SDK_CLIENT_ERROR"), again };
};

const textOf = (failure: unknown) => (failure instanceof Error ? failure.message : String(failure));

/** From one second doubling to eight minutes, with jitter: 185 attempts take about the 24 hours. */
const backoff = (retries: number, random: number) =>
  Math.min(1000 * 2 ** retries, 480_000) * (0.9 + 0.2 * random);

/**
 * The deliveries of a service, kept until they are done; `kind` begins its notes and its part of the state. Each
 * attempt is a decision of the clock. An error that may pass is retried with backoff and jitter within the retry
 * policy; then, or at once for an error that will not pass, the thing goes to the dead-letter queue, or is dropped.
 *
 * Notes have the rule or schedule and the ARN of its target. `delivered` and `retry` say how it goes; what is lost to
 * the target is told by
 * - `events.dead-letter`, `scheduler.dead-letter`: it is in the dead-letter queue, whose ARN is `queue`;
 * - `events.dropped`, `scheduler.dropped`: it is nowhere any more; `queue`, where there is one, could not take it.
 * Both say why in `reason`, and `code` (as AWS's dead letters have it), `retries` and `exhausted`. PutEvents tells of
 * an event for a bus that does not exist with `events.dropped` too: it has a `bus`, and neither rule nor target.
 */
export const createDeliveries = <Goods>(
  { clock, call, note, keep }: World,
  kind: "events" | "scheduler",
  shipmentOf: (goods: Goods) => Shipment,
) => {
  type Pending = Delivery<Goods>;
  const pending = keep.map<Pending>(`${kind}.deliveries`);
  let newest = 0;
  let life = newLife(clock);

  const arm = (key: string, delivery: Pending, shipment: Shipment) => {
    pending.set(key, delivery);
    const { label } = shipment;
    const go = () =>
      delivery.end ? bury(key, delivery, shipment) : attempt(key, delivery, shipment);
    const again = delivery.end ? " dead letter" : delivery.retries > 0 ? " again" : "";
    const wait = Math.max(0, delivery.dueAt - clock.now());
    life.after(wait, `${label}${again}`, go);
  };

  const done = (key: string, what: string, shipment: Shipment, more: object) => {
    pending.delete(key);
    note({ kind: `${kind}.${what}`, ...shipment.fact, ...more });
  };

  const bury = async (key: string, delivery: Pending, shipment: Shipment) => {
    const { retries, end } = delivery;
    const { deadLetters } = shipment;
    if (!end) return;
    const { code, message, exhausted, tries } = end;
    const told = { code, reason: message || code, retries, exhausted };
    if (!deadLetters) return done(key, "dropped", shipment, told);
    const attributes = {
      ...deadLetters.attributes,
      ERROR_CODE: code,
      ERROR_MESSAGE: message || code,
      RETRY_ATTEMPTS: String(retries),
      ...(exhausted && { EXHAUSTED_RETRY_CONDITION: exhausted }),
    };
    const MessageAttributes = Object.fromEntries(
      Object.entries(attributes).map(([name, StringValue]) => [
        name,
        { DataType: "String", StringValue },
      ]),
    );
    const born = life;
    try {
      const sent = await call({
        caller: deadLetters.caller,
        service: "sqs",
        operation: "SendMessage",
        input: { QueueUrl: deadLetters.arn, MessageBody: deadLetters.body(), MessageAttributes },
      });
      if (born.over()) return;
      const { arn: queue } = deadLetters;
      done(key, "dead-letter", shipment, { ...told, queue, messageId: sent?.MessageId });
    } catch (failure) {
      if (born.over()) return;
      if (tries > 1 && classify(failure).again) {
        const dueAt = clock.now() + 1000;
        arm(key, { ...delivery, dueAt, end: { ...end, tries: tries - 1 } }, shipment);
      } else {
        const { arn: queue } = deadLetters;
        const reason = `${told.reason} Its dead-letter queue did not take it: ${textOf(failure)}`;
        done(key, "dropped", shipment, { ...told, queue, reason });
      }
    }
  };

  const attempt = async (key: string, delivery: Pending, shipment: Shipment) => {
    const { retries, deadline } = delivery;
    const born = life;
    let failure: unknown;
    try {
      await shipment.send(retries);
      if (!born.over()) done(key, "delivered", shipment, { retries });
      return;
    } catch (error) {
      failure = error;
    }
    if (born.over()) return;
    const { code, again } = classify(failure);
    const now = clock.now();
    const giveUp = (exhausted?: string) => {
      const end = { code, message: textOf(failure), exhausted, tries: 3 };
      const given = { ...delivery, dueAt: now, end };
      pending.set(key, given);
      return bury(key, given, shipment);
    };
    if (!again) return giveUp();
    if (retries >= (shipment.retryPolicy?.MaximumRetryAttempts ?? most.attempts))
      return giveUp("MaximumRetryAttempts");
    const delay = backoff(retries, clock.random(`backoff of ${shipment.label}`));
    if (now + delay > deadline) return giveUp("MaximumEventAgeInSeconds");
    const told = { code, message: String(failure), retries, inMs: delay };
    note({ kind: `${kind}.retry`, ...shipment.fact, ...told });
    arm(key, { ...delivery, retries: retries + 1, dueAt: now + delay }, shipment);
  };

  return {
    add(goods: Goods) {
      newest += 1;
      const shipment = shipmentOf(goods);
      const dueAt = clock.now();
      const seconds = shipment.retryPolicy?.MaximumEventAgeInSeconds ?? most.seconds;
      const deadline = dueAt + seconds * 1000;
      arm(String(newest), { goods, retries: 0, dueAt, deadline }, shipment);
    },
    stop() {
      life.end();
      life = newLife(clock);
    },
    resume() {
      newest = 0;
      for (const [key, delivery] of [...pending]) {
        newest = Math.max(newest, Number(key));
        arm(key, delivery, shipmentOf(delivery.goods));
      }
    },
  };
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
