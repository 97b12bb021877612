import { readFile } from "node:fs/promises";
import { compileFunction } from "node:vm";
import type { World } from "../engine.ts";
import { uuid } from "../uuid.ts";
import { type Bundler, checkExported, createBundler } from "./bundle.ts";
import { type Environment, environments } from "./environments.ts";
import {
  describeResult,
  describeThrown,
  EnvironmentCrash,
  type ErrorPayload,
  type FunctionConfig,
  type MakeRuntime,
} from "./function.ts";
import { boundNames, instanceGlobals } from "./inline-globals.ts";
import { inlineSdk } from "./inline-sdk.ts";
import { lambdaContext } from "./lambda-context.ts";

/** Answers a function's outgoing HTTP requests in the process, or throws what `fetch` is to throw. */
export type Outgoing = (request: Request, functionName: string) => Promise<Response>;

type Instantiate = (...bound: unknown[]) => Promise<Record<string, unknown>>;

const bindings = (imported: string): string =>
  imported.replaceAll(/(\S+) as (\S+?)(,|\s)/g, "$1: $2$3");

/** An ES module, as esbuild writes it, as the body of a function: imports become `require`, exports the result. */
export const asFunctionBody = (code: string): string => {
  let exported = "{}";
  const body = code
    .replaceAll(/^import\s+([^"';]*?)\s+from\s+"([^"]+)";$/gm, (_, names: string, from: string) => {
      const star = /^\* as (\S+)$/.exec(names);
      if (star) return `var ${star[1]} = require("${from}");`;
      const [, own, rest = ""] = /^([\w$]+)?,?\s*(\{[\s\S]*\})?$/.exec(names) ?? [];
      return [
        own && `var ${own} = require("${from}");`,
        rest && `var ${bindings(rest)} = require("${from}");`,
      ]
        .filter(Boolean)
        .join(" ");
    })
    .replaceAll(/^import\s+"([^"]+)";$/gm, 'require("$1");')
    .replace(/^export \{([^}]*)\};?$/m, (_, names: string) => {
      const pairs = names
        .split(",")
        .map((name) => name.trim().split(" as "))
        .filter(([local]) => local)
        .map(([local, name]) => `${name ?? local}: ${local}`);
      exported = `{ ${pairs.join(", ")} }`;
      return "";
    });
  return `"use strict";\nreturn (async () => {\n${body}\nreturn ${exported};\n})();`;
};

const never = new Promise<never>(() => {});

const bundler = createBundler({ kind: "inline" });
// One compilation serves every world of this process: the code is the same, the state is made per instance.
const compiled = new Map<string, Promise<Instantiate>>();

const compile = async (path: string): Promise<Instantiate> =>
  compileFunction(asFunctionBody(await readFile(path, "utf8")), [...boundNames], {
    filename: path,
  }) as Instantiate;

/**
 * Runs handlers in this process: each instance has its own module state, environment, time and chance, all of
 * the world's clock, and its SDK clients call the world directly. What it cannot do is stop code that never waits.
 */
export const inlineRuntime =
  ({ outgoing, bundles = bundler }: { outgoing?: Outgoing; bundles?: Bundler } = {}): MakeRuntime =>
  (world) => {
    const codes = new Map<string, Instantiate>();
    let tail: Promise<unknown> = Promise.resolve();
    const orderly = <T>(work: () => Promise<T>): Promise<T> => {
      const mine = tail.then(() => world.clock.hold(work()));
      tail = mine.catch(() => {});
      return mine;
    };

    const pool = environments(world, {
      start: async (fn, crashed) => {
        const instantiate = codes.get(fn.name);
        if (!instantiate) throw new Error(`${fn.name} was not prepared.`);
        return startInstance(world, fn, instantiate, { outgoing, orderly, crashed });
      },
    });

    return {
      async prepare(fn) {
        const load = async () => {
          const bundle = await bundles.bundle(fn.file);
          checkExported(bundle, fn.exported);
          const code = compiled.get(bundle.path) ?? compile(bundle.path);
          compiled.set(bundle.path, code);
          return code;
        };
        codes.set(fn.name, await world.clock.hold(load()));
      },
      invoke: pool.invoke,
      warm: pool.warm,
      crash: pool.crash,
      stop: pool.stop,
    };
  };

type InstanceOptions = {
  outgoing: Outgoing | undefined;
  orderly: <T>(work: () => Promise<T>) => Promise<T>;
  crashed: (error: ErrorPayload) => void;
};

const startInstance = async (
  world: World,
  fn: FunctionConfig,
  instantiate: Instantiate,
  { outgoing, orderly, crashed }: InstanceOptions,
) => {
  const { clock } = world;
  let life: "awake" | "frozen" | "dead" = "awake";
  let requestId = "";
  const thawed: (() => void)[] = [];
  const enter = (callback: () => void) => {
    if (life === "awake") callback();
    else if (life === "frozen") thawed.push(callback);
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

  const reach = async (request: Request): Promise<Response> => {
    if (outgoing) return outgoing(request, fn.name);
    const { hostname } = new URL(request.url);
    world.note({ kind: "connection-refused", function: fn.name, requestId, host: hostname });
    throw Object.assign(new TypeError("fetch failed"), {
      cause: new Error(`${fn.name} has no way out to ${hostname}.`),
    });
  };

  const caller = { name: fn.name, role: fn.role };
  const { bound, stop } = instanceGlobals({
    clock,
    name: fn.name,
    variables: {
      ...fn.variables,
      AWS_LAMBDA_FUNCTION_NAME: fn.name,
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(fn.memory),
      AWS_REGION: world.region,
      TZ: ":UTC",
    },
    enter,
    print: (line) => {
      if (life !== "dead") world.note({ kind: "log", function: fn.name, requestId, line });
    },
    fetch: (request) => (life === "dead" ? never : returning(reach(request))),
    orderly: (work) => returning(orderly(work)),
    uncaught: (error) => end(describeThrown(error)),
    exit: (code) => die(`exit status ${code}`),
    sdk: (path) =>
      inlineSdk(path, {
        dispatch: (service, operation, input) =>
          life === "dead" ? never : returning(world.call({ caller, service, operation, input })),
        wait: (ms) =>
          new Promise((resolve) =>
            clock.after(ms, `sdk retry in ${fn.name}`, () => enter(resolve)),
          ),
        random: clock.random,
        uuid: () => uuid(clock.random),
      }),
  });

  let handler: (event: unknown, context: object) => unknown;
  const environment: Environment = {
    async run(event, invocation) {
      requestId = invocation.requestId;
      life = "awake";
      for (const callback of thawed.splice(0)) callback();
      try {
        const context = lambdaContext(fn, invocation, clock.now);
        const value = await handler(JSON.parse(event), context);
        return describeResult(value);
      } catch (error) {
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
