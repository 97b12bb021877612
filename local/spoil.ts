import type { Gate } from "emulator/kernel/cloud";
import { AwsError, type Call } from "emulator/kernel/engine";
import { EnvironmentCrash } from "emulator/services/lambda/function";
import { deploySecrets, secretOf, sidesOf } from "./secrets.ts";
import type { Shop } from "./shop.ts";

const WRITES = ["PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"];

/** Whether a call may change a table. */
export const isWrite = ({ service, operation }: Call): boolean =>
  service === "dynamodb" && WRITES.includes(operation);

/** Whether a function of this name makes the call: `by("OrdersApi")`. */
export const by =
  (name: string) =>
  ({ caller }: Call): boolean =>
    caller.name.endsWith(`-${name}Function`);

/** Whether a call invokes the function of this name. */
export const isInvocationOf =
  (name: string) =>
  ({ operation, input }: Call): boolean =>
    operation === "Invoke" && input.FunctionName.endsWith(`-${name}Function`);

/** A function answers as a step of a saga that refuses: "OutOfStock: There is no more of it." */
export const refusedBy =
  (errorMessage: string): Gate =>
  () => {
    const thrown = JSON.stringify({ errorType: "Refused", errorMessage, trace: [] });
    const Payload = Buffer.from(thrown).toString("base64");
    return Promise.resolve({ StatusCode: 200, FunctionError: "Unhandled", Payload });
  };

const lost = () => new AwsError("InternalServerError", "Lost on the way", 500);

/** What can go wrong with one call. */
export const faults = {
  "is lost": () => Promise.reject(lost()),
  "is done, but its answer is lost": (call, next) => next(call).then(() => Promise.reject(lost())),
  "is throttled": () => Promise.reject(new AwsError("ThrottlingException", "Slow down", 400)),
  "is done twice": (call, next) => next(call).then((first) => next(call).catch(() => first)),
  "never comes, for its function crashes": () => Promise.reject(new EnvironmentCrash("Crashed")),
  "is done, and its function crashes": (call, next) =>
    next(call).then(() => Promise.reject(new EnvironmentCrash("Crashed"))),
} as const satisfies Record<string, Gate>;

export type Fault = keyof typeof faults;

/** A call is refused, and would be again: as under a defect of who calls, which nothing but a deployment mends. */
export const refusedForGood: Gate = () =>
  Promise.reject(new AwsError("ValidationException", "Not as it has to be", 400));

/** A conditional write is refused, as where somebody else was faster. */
export const overtaken: Gate = () =>
  Promise.reject(new AwsError("ConditionalCheckFailedException", "Somebody was faster", 400));

/** Spoils the calls that match, the first `times` of them. Answers how to stop, and which calls were spoilt. */
export const spoil = (
  local: Shop,
  matches: (call: Call) => boolean,
  fault: Fault | Gate,
  times = Number.POSITIVE_INFINITY,
) => {
  const gate = typeof fault === "string" ? faults[fault] : fault;
  const spoilt: Call[] = [];
  const stop = local.cloud.guard((call, next) => {
    if (spoilt.length >= times || !matches(call)) return next(call);
    spoilt.push(call);
    return gate(call, next);
  });
  return { stop, spoilt };
};

/** Lets every call fail that functions make to a table, as under a defect: their dead letters reach their queues. Answers how to mend it. */
export const failAtTables = (local: Shop, ...names: string[]): (() => void) => {
  const stops = names.map(
    (name) => spoil(local, (call) => by(name)(call) && call.service === "dynamodb", "is lost").stop,
  );
  return () => {
    for (const stop of stops) stop();
  };
};

/** Deploys another key to the provider: it does not know ours any more. Answers how to deploy the one of before. */
export const deployKeyToProvider = async (local: Shop, key: string) => {
  const ours = await secretOf(local, "ProviderApiKey");
  const { accepting } = sidesOf(local, "ProviderApiKey");
  await deploySecrets(local, accepting, { ProviderApiKey: key });
  return () => deploySecrets(local, accepting, { ProviderApiKey: ours });
};

/** Hears the calls that match from now on. */
export const hear = (local: Shop, matches: (call: Call) => boolean): Call[] => {
  const heard: Call[] = [];
  local.cloud.guard((call, next) => {
    if (matches(call)) heard.push(call);
    return next(call);
  });
  return heard;
};

/** Lets each call of a function take up to so many milliseconds, so that what goes on at once gets into each other's way. */
export const slowDown = ({ cloud }: Shop, most: number): (() => void) =>
  cloud.guard(async (call, next) => {
    if (call.caller.name.endsWith("Function")) {
      const ms = cloud.clock.random() * most;
      await new Promise<void>((resolve) => cloud.clock.after(ms, "on the wire", resolve));
    }
    return next(call);
  });
