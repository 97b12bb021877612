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

/** Where an instance is that was left. Nothing of it runs there. */
const nowhere: InstanceHost = {
  clock: {
    now: () => 0,
    random: () => 0,
    after: () => ({ cancel: () => {} }),
    hold: (work) => work,
  },
  region: "",
  virtual: true,
  note: () => {},
  call: () => never,
  reach: () => never,
  orderly: () => never,
  crashed: () => {},
};

/** What an instance is in, and what waits until it thaws. */
type Life = { is: "awake" | "frozen" | "dead"; thawed: (() => void)[] };

/** An instance of a function. */
export type Instance = Environment & {
  /** Ends it for an error that nobody caught. */
  uncaught: (error: unknown) => void;
  /** Ends it at rest, and forgets its world. */
  leave: () => void;
  /** Lets one that was left begin a new life in another world: as if its code had just been run there. */
  renew: (host: InstanceHost, fn: InstanceFunction) => void;
};

/**
 * Starts an instance of a function: the code run once more, with its own module state, environment variables,
 * output, timers and SDK clients. Between invocations it is frozen, and once it is dead nothing reaches it any more.
 * A spare one takes as many turns to begin anew as another takes to start.
 */
export const startInstance = async (
  firstHost: InstanceHost,
  firstFn: InstanceFunction,
  instantiate: Instantiate,
  spare?: Instance,
): Promise<Start<Instance>> => {
  if (spare) {
    spare.renew(firstHost, firstFn);
    await Promise.resolve();
    return { ok: true, environment: spare };
  }
  let [host, fn] = [firstHost, firstFn];
  let life: Life = { is: "awake", thawed: [] };
  let requestId = "";
  const clock: Clock = {
    now: () => host.clock.now(),
    random: (stream) => host.clock.random(stream),
    after: (ms, label, task) => host.clock.after(ms, label, task),
    hold: (work) => host.clock.hold(work),
  };
  /** Each invocation has chance of its own, whatever others of its function drew. */
  const random = (what = "") => clock.random(`lambda ${what} ${fn.name} ${requestId}`);
  let isThrown = false; // what is printed at the moment is an error of the handler, by the runtime
  const enter = (callback: () => void, into = life) => {
    if (into.is === "awake") {
      host.entered?.();
      callback();
    } else if (into.is === "frozen") into.thawed.push(callback);
  };
  const end = (error: ErrorPayload) => {
    if (life.is === "dead") return;
    environment.kill();
    host.crashed(error);
  };
  const die = (message: string) =>
    end({
      errorType: "Runtime.ExitError",
      errorMessage: `RequestId: ${requestId} Error: Runtime exited with error: ${message}`,
    });

  /** What comes back reaches the instance only while it lives; a call that kills it never comes back. */
  const returning = <T>(work: Promise<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      const mine = life;
      work.then(
        (value) => enter(() => resolve(value), mine),
        (error) => {
          if (!(error instanceof EnvironmentCrash)) enter(() => reject(error), mine);
          else if (mine === life) die("signal: killed");
        },
      );
    });

  const variables = () => ({
    ...fn.variables,
    AWS_LAMBDA_FUNCTION_NAME: fn.name,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(fn.memory),
    AWS_REGION: host.region,
    TZ: ":UTC",
  });
  const { bound, stop, renew } = instanceGlobals({
    clock,
    random: () => random("chance"),
    skew: () => host.skew?.() ?? 0,
    virtual: host.virtual,
    name: fn.name,
    variables: variables(),
    enter,
    logging: fn.logging,
    requestId: () => requestId || undefined,
    print: (line) => {
      if (life.is === "dead") return;
      const more = isThrown && { thrown: true };
      host.note({ kind: "log", function: fn.name, requestId, line, ...more });
    },
    fetch: (request) => (life.is === "dead" ? never : returning(host.reach(request, requestId))),
    orderly: (work) => returning(host.orderly(work)),
    uncaught: (error) => environment.uncaught(error),
    exit: (code) => die(`exit status ${code}`),
    sdk: (path, renewed) =>
      inlineSdk(path, {
        renewed,
        dispatch: (service, operation, input) =>
          life.is === "dead"
            ? never
            : returning(
                host.call(service, operation, input, {
                  key: env.AWS_ACCESS_KEY_ID ?? "",
                  ...(requestId && { invocation: requestId }),
                }),
              ),
        wait: (ms) =>
          new Promise((resolve) => {
            const mine = life;
            clock.after(ms, `sdk retry in ${fn.name}`, () => enter(resolve, mine));
          }),
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
      const mine = life;
      mine.is = "awake";
      for (const callback of mine.thawed.splice(0)) callback();
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
        if ((mine.is as string) !== "dead") mine.is = "frozen";
      }
    },
    kill() {
      life.is = "dead";
      life.thawed.length = 0;
      stop();
    },
    leave() {
      environment.kill();
      host = nowhere;
    },
    renew(nextHost, nextFn) {
      [host, fn] = [nextHost, nextFn];
      life = { is: "awake", thawed: [] };
      requestId = "";
      renew(variables());
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
