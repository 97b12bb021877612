import type { Clock } from "../kernel/clock.ts";
import { uuid } from "../kernel/uuid.ts";
import {
  describeResult,
  describeThrown,
  EnvironmentCrash,
  type ErrorPayload,
  type FunctionConfig,
} from "../services/lambda/function.ts";
import type { Environment, Start } from "./environments.ts";
import { boundNames, instanceGlobals } from "./inline-globals.ts";
import { inlineSdk } from "./inline-sdk.ts";
import type { Instantiate } from "./instance-code.ts";
import { thrownArguments } from "./lambda-console.ts";
import { lambdaContext } from "./lambda-context.ts";

/** What an instance has of the world around it. */
export type InstanceHost = {
  clock: Clock;
  region: string;
  /** How many milliseconds a function's own clock is ahead. */
  skew?: () => number;
  /** Whether time, chance and Node's modules are the clock's, or those of the machine. */
  virtual: boolean;
  note: (fact: Record<string, unknown> & { kind: string }) => void;
  /** Makes an AWS call, signed with an access key, in an invocation or before the first. */
  call: (
    service: string,
    operation: string,
    input: unknown,
    by: { key: string; invocation?: string },
  ) => Promise<unknown>;
  /** Answers an outgoing HTTP request. */
  reach: (request: Request, requestId: string) => Promise<Response>;
  /** Runs work of other threads, one after the other. */
  orderly: <T>(work: () => Promise<T>) => Promise<T>;
  /** Called before each callback into the instance. */
  entered?: () => void;
  crashed: (error: ErrorPayload) => void;
};

/** What an instance knows of its function. */
export type InstanceFunction = Pick<
  FunctionConfig,
  "name" | "arn" | "memory" | "file" | "exported" | "variables" | "logging"
>;

const never = new Promise<never>(() => {});

/** An instance of a function, and what ends it for an error that nobody caught. */
export type Instance = Environment & { uncaught: (error: unknown) => void };

/**
 * Starts an instance of a function: the code run once more, with its own module state, environment variables,
 * output, timers and SDK clients. Between invocations it is frozen, and once it is dead nothing reaches it any more.
 */
export const startInstance = async (
  host: InstanceHost,
  fn: InstanceFunction,
  instantiate: Instantiate,
): Promise<Start<Instance>> => {
  const { clock, orderly, crashed } = host;
  let life: "awake" | "frozen" | "dead" = "awake";
  let requestId = "";
  /** Each invocation has chance of its own, whatever others of its function drew. */
  const random = (what = "") => clock.random(`lambda ${what} ${fn.name} ${requestId}`);
  let isThrown = false; // what is printed at the moment is an error of the handler, by the runtime
  const thawed: (() => void)[] = [];
  const enter = (callback: () => void) => {
    if (life === "awake") {
      host.entered?.();
      callback();
    } else if (life === "frozen") thawed.push(callback);
  };
  const end = (error: ErrorPayload) => {
    if (life === "dead") return;
    environment.kill();
    crashed(error);
  };
  const die = (message: string) =>
    end({
      errorType: "Runtime.ExitError",
      errorMessage: `RequestId: ${requestId} Error: Runtime exited with error: ${message}`,
    });

  /** What comes back reaches the instance only while it lives; a call that kills it never comes back. */
  const returning = <T>(work: Promise<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      work.then(
        (value) => enter(() => resolve(value)),
        (error) => {
          if (error instanceof EnvironmentCrash) die("signal: killed");
          else enter(() => reject(error));
        },
      );
    });

  const { bound, stop } = instanceGlobals({
    clock,
    random: () => random("chance"),
    ...(host.skew && { skew: host.skew }),
    virtual: host.virtual,
    name: fn.name,
    variables: {
      ...fn.variables,
      AWS_LAMBDA_FUNCTION_NAME: fn.name,
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(fn.memory),
      AWS_REGION: host.region,
      TZ: ":UTC",
    },
    enter,
    logging: fn.logging,
    requestId: () => requestId || undefined,
    print: (line) => {
      if (life === "dead") return;
      const more = isThrown && { thrown: true };
      host.note({ kind: "log", function: fn.name, requestId, line, ...more });
    },
    fetch: (request) => (life === "dead" ? never : returning(host.reach(request, requestId))),
    orderly: (work) => returning(orderly(work)),
    uncaught: (error) => environment.uncaught(error),
    exit: (code) => die(`exit status ${code}`),
    sdk: (path) =>
      inlineSdk(path, {
        dispatch: (service, operation, input) =>
          life === "dead"
            ? never
            : returning(
                host.call(service, operation, input, {
                  key: env.AWS_ACCESS_KEY_ID ?? "",
                  ...(requestId && { invocation: requestId }),
                }),
              ),
        wait: (ms) =>
          new Promise((resolve) =>
            clock.after(ms, `sdk retry in ${fn.name}`, () => enter(resolve)),
          ),
        random: () => random("sdk"),
        uuid: () => uuid({ random }, "sdk"),
      }),
  });

  const { env } = bound.process;
  const logThrown = (error: unknown) => {
    isThrown = true;
    const own: Console = bound.globalThis.console;
    own.error(...thrownArguments(fn.logging.format, error));
    isThrown = false;
  };

  let handler: (event: unknown, context: object) => unknown;
  const environment: Instance = {
    uncaught: (error) => end(describeThrown(error)),
    async run(event, invocation) {
      requestId = invocation.requestId;
      life = "awake";
      for (const callback of thawed.splice(0)) callback();
      try {
        const context = lambdaContext(fn, invocation, clock.now);
        const value = await handler(
          "value" in event ? event.value : JSON.parse(event.text),
          context,
        );
        return describeResult(value);
      } catch (error) {
        logThrown(error);
        return { ok: false, error: describeThrown(error) };
      } finally {
        if ((life as string) !== "dead") life = "frozen";
      }
    },
    kill() {
      life = "dead";
      thawed.length = 0;
      stop();
    },
  };

  try {
    const exports = await instantiate(
      ...boundNames.map((name) => bound[name as keyof typeof bound]),
    );
    handler = exports[fn.exported] as typeof handler;
    if (typeof handler !== "function")
      throw Object.assign(new Error(`${fn.file}.${fn.exported} is not a function`), {
        name: "Runtime.HandlerNotFound",
      });
    return { ok: true as const, environment };
  } catch (error) {
    environment.kill();
    return { ok: false as const, error: describeThrown(error) };
  }
};
