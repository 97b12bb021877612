import nodeCrypto from "node:crypto";
import { createRequire } from "node:module";
import { inspect } from "node:util";
import type { Clock } from "../kernel/clock.ts";
import { uuid } from "../kernel/uuid.ts";
import type { Logging } from "../services/lambda/function.ts";
import { rememberCheckedModels } from "./checked-models.ts";
import { lambdaConsole } from "./lambda-console.ts";
import { renewing } from "./renewed.ts";

/** What a function instance needs of the world around it to have its own time, chance, environment and output. */
export type GlobalsHost = {
  clock: Clock;
  /** How many milliseconds the function's own clock is ahead of the time that passes. */
  skew?: () => number;
  /** A number in [0, 1), for what the function's code draws. */
  random: () => number;
  /** Whether time, chance and Node's modules are the clock's, or those of the machine. */
  virtual: boolean;
  name: string;
  variables: Record<string, string>;
  /** Runs a callback into the instance: not at all when it is dead, later when it is frozen. */
  enter: (callback: () => void) => void;
  logging: Logging;
  /** Of the invocation that runs, or ran last. */
  requestId: () => string | undefined;
  /** One line of output. */
  print: (line: string) => void;
  fetch: (request: Request) => Promise<Response>;
  /** Runs work of other threads, one after the other, so that their speed does not decide the order of things. */
  orderly: <T>(work: () => Promise<T>) => Promise<T>;
  exit: (code: number) => void;
  /** An error that nobody caught ends the instance. */
  uncaught: (error: unknown) => void;
  /** A package of the SDK; what its clients count is registered with `renewed`. */
  sdk: (path: string, renewed: (begin: () => void) => void) => unknown;
};

type Handle = { cancel: () => void; again: () => void };

const timersOf = ({ clock, enter, name, uncaught }: GlobalsHost) => {
  const handles = new Map<number, Handle>();
  let last = 0;
  const start = (
    label: string,
    ms: unknown,
    every: boolean,
    callback: (...args: unknown[]) => void,
    args: unknown[],
  ) => {
    last += 1;
    const id = last;
    const delay =
      label === "setImmediate" ? 0 : Math.max(1, Math.min(Number(ms) || 1, 2 ** 31 - 1));
    const begin = () => {
      const timer = clock.after(delay, `${label} in ${name}`, () =>
        enter(() => {
          if (!handles.has(id)) return;
          if (every) begin();
          else handles.delete(id);
          try {
            callback(...args);
          } catch (error) {
            uncaught(error);
          }
        }),
      );
      const again = () => {
        timer.cancel();
        begin();
      };
      handles.set(id, { cancel: timer.cancel, again });
    };
    begin();
    const handle = {
      ref: () => handle,
      unref: () => handle,
      hasRef: () => true,
      close: () => {
        clear(id);
        return handle;
      },
      refresh: () => {
        handles.get(id)?.again();
        return handle;
      },
      [Symbol.toPrimitive]: () => id,
      [Symbol.dispose]: () => clear(id),
    };
    return handle;
  };
  const clear = (handle: unknown) => {
    const id = Number(handle ?? 0);
    handles.get(id)?.cancel();
    handles.delete(id);
  };
  type Callback = (...args: unknown[]) => void;
  return {
    setTimeout: (callback: Callback, ms?: unknown, ...args: unknown[]) =>
      start("setTimeout", ms, false, callback, args),
    setInterval: (callback: Callback, ms?: unknown, ...args: unknown[]) =>
      start("setInterval", ms, true, callback, args),
    setImmediate: (callback: Callback, ...args: unknown[]) =>
      start("setImmediate", 0, false, callback, args),
    clearTimeout: clear,
    clearInterval: clear,
    clearImmediate: clear,
    stop: () => {
      for (const { cancel } of handles.values()) cancel();
      handles.clear();
    },
  };
};

const dateOf = ({ clock, skew }: GlobalsHost): DateConstructor => {
  const now = () => Math.floor(clock.now() + (skew?.() ?? 0)); // a Date has whole milliseconds, a delay may end between two
  return new Proxy(Date, {
    construct: (target, args, newTarget) =>
      Reflect.construct(target, args.length > 0 ? args : [now()], newTarget),
    apply: () => new Date(now()).toString(),
    get: (target, name, receiver) => (name === "now" ? now : Reflect.get(target, name, receiver)),
  });
};

const cryptoOf = ({ random, orderly }: GlobalsHost) => {
  const fill = <T extends ArrayBufferView>(view: T): T => {
    if (view instanceof Uint32Array) {
      for (let i = 0; i < view.length; i++) view[i] = random() * 2 ** 32;
      return view;
    }
    const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
    for (let i = 0; i < bytes.length; i += 4) {
      const four = Math.floor(random() * 2 ** 32);
      for (let j = 0; j < 4 && i + j < bytes.length; j++) bytes[i + j] = four >>> (8 * j);
    }
    return view;
  };
  const randomUUID = () => uuid({ random });
  const { subtle: realSubtle } = nodeCrypto.webcrypto;
  const subtle = new Proxy(realSubtle, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== "function") return member;
      return (...args: unknown[]) => orderly(async () => member.apply(target, args));
    },
  });
  const webcrypto = { getRandomValues: fill, randomUUID, subtle };
  const randomInt = (...args: number[]) => {
    const [least, most] = args.length > 1 ? args : [0, args[0]];
    return Math.floor(random() * ((most ?? 0) - (least ?? 0))) + (least ?? 0);
  };
  const nodeModule = Object.create(nodeCrypto, {
    randomUUID: { value: randomUUID },
    randomBytes: { value: (size: number) => fill(Buffer.alloc(size)) },
    randomFillSync: { value: fill },
    randomInt: { value: randomInt },
    getRandomValues: { value: fill },
    webcrypto: { value: webcrypto },
    subtle: { value: subtle },
  });
  return { webcrypto, nodeModule };
};

const abortSignalOf = (timers: ReturnType<typeof timersOf>): typeof AbortSignal =>
  new Proxy(AbortSignal, {
    get: (target, name, receiver) => {
      if (name !== "timeout") return Reflect.get(target, name, receiver);
      return (ms: number) => {
        const controller = new AbortController();
        const abort = () =>
          controller.abort(
            new DOMException("The operation was aborted due to timeout", "TimeoutError"),
          );
        timers.setTimeout(abort, ms);
        return controller.signal;
      };
    },
  });

const fetchOf =
  ({ fetch, enter }: GlobalsHost) =>
  (input: string | URL | Request, init?: RequestInit): Promise<Response> =>
    new Promise((resolve, reject) => {
      const request = new Request(input, init);
      const { signal } = request;
      const abort = () => reject(signal.reason);
      if (signal.aborted) return abort();
      // The request's own signal hears of the given one late; the given one decides.
      init?.signal?.addEventListener("abort", () => reject(init.signal?.reason), { once: true });
      signal.addEventListener("abort", abort, { once: true });
      fetch(request).then(
        (response) => enter(() => resolve(response)),
        (error) => enter(() => reject(error)),
      );
    });

const refused = new Set(
  "child_process cluster dgram dns dns/promises http http2 https inspector net tls vm worker_threads".split(
    " ",
  ),
);

const refusal = (id: string) =>
  new Proxy(
    {},
    {
      get: (_, name) => () => {
        throw new Error(`A function in the inline runtime cannot use ${id}.${String(name)}.`);
      },
    },
  );

const real = createRequire(import.meta.url);
const loaded = new Map<string, unknown>();

/**
 * A module whose names are there without being its own. A namespace that CommonJS makes of a module has a property for
 * each name of its own: for a large library that took longer than all else at an instance's start.
 */
const light = (module: unknown): unknown =>
  typeof module === "object" && module !== null ? Object.create(module) : module;

/** The same with every name its own, for code that exports all of a library again. */
const whole = (module: unknown): unknown => {
  if (typeof module !== "object" || module === null) return module;
  const all: Record<string, unknown> = {};
  for (const name in module) all[name] = (module as Record<string, unknown>)[name];
  return all;
};

/** A library that all instances share. Node's own cache would look at the disk each time. */
const sharedModule = (id: string): unknown => {
  if (!loaded.has(id)) {
    loaded.set(id, light(real(id)));
    if (id.includes("node_modules/electrodb/")) rememberCheckedModels(id);
  }
  return loaded.get(id);
};

/** What Node itself puts on the global object for all to see; the language's own names are not enumerable. */
const nodesOwn = new Set(
  "global clearImmediate setImmediate clearInterval clearTimeout setInterval setTimeout queueMicrotask structuredClone atob btoa performance fetch navigator crypto".split(
    " ",
  ),
);

/**
 * The global object as a process has it that has run nothing yet. What this process's own libraries keep on theirs, as SST
 * does with its links, is no instance's: it would be one and the same for all of them.
 */
const untouchedGlobal: object = Object.create(
  Object.getPrototypeOf(globalThis),
  Object.fromEntries(
    Object.entries(Object.getOwnPropertyDescriptors(globalThis)).filter(
      ([name, { enumerable }]) => !enumerable || nodesOwn.has(name),
    ),
  ),
);

/** Where chance need not be repeatable, code has that of the machine. */
const machine = { performance, Math, crypto: globalThis.crypto, AbortSignal };

/** The names that are bound around a function's code, with the values that make it the instance's own. */
export const instanceGlobals = (host: GlobalsHost) => {
  const { clock, virtual, variables, print, exit, sdk } = host;
  const timers = timersOf(host);
  const { stop, ...timerFunctions } = timers;
  const { webcrypto, nodeModule } = cryptoOf(host);
  let born = clock.now();
  const renewals: (() => void)[] = [];
  const onRenewal = (begin: () => void) => void renewals.push(begin);
  const since = () => clock.now() - born;

  const env: Record<string, string> = { ...variables };
  const hrtime = Object.assign(
    (before: [number, number] = [0, 0]) => {
      const nanos = since() * 1e6 - (before[0] * 1e9 + before[1]);
      return [Math.floor(nanos / 1e9), Math.floor(nanos % 1e9)];
    },
    { bigint: () => BigInt(Math.round(since() * 1e6)) },
  );
  const write = (text: string) => {
    print(String(text).replace(/\n$/, ""));
    return true;
  };
  const out = { write };
  const ownProcess = Object.create(process, {
    env: { value: env, writable: true },
    hrtime: { value: hrtime },
    uptime: { value: () => since() / 1000 },
    exit: { value: (code = 0) => exit(Number(code)) },
    stdout: { value: out },
    stderr: { value: out },
    on: { value: () => ownProcess },
    once: { value: () => ownProcess },
    emitWarning: { value: (warning: unknown) => print(String(warning)) },
  });
  const logs = lambdaConsole(host.logging, { ...host, now: clock.now });
  const ownConsole = Object.create(console, {
    dir: { value: (value: unknown) => print(inspect(value)) },
    ...Object.fromEntries(Object.entries(logs).map(([name, value]) => [name, { value }])),
  });
  const performance = {
    now: since,
    get timeOrigin() {
      return born;
    },
    mark: () => {},
    measure: () => {},
  };

  const modules: Record<string, unknown> = {
    ...(virtual && { crypto: nodeModule, perf_hooks: { performance } }),
    process: ownProcess,
    timers: timerFunctions,
    "timers/promises": {
      setTimeout: (ms: number, value: unknown) =>
        new Promise((resolve) => timers.setTimeout(resolve, ms, value)),
      setImmediate: (value: unknown) =>
        new Promise((resolve) => timers.setImmediate(resolve, value)),
    },
    console: ownConsole,
  };
  const clients = new Map<string, unknown>();
  const ownRequire = (id: string): unknown => {
    const name = id.replace(/^node:/, "");
    if (Object.hasOwn(modules, name)) return modules[name];
    if (virtual && refused.has(name)) return refusal(id);
    if (!clients.has(id)) clients.set(id, sdk(id, onRenewal));
    return clients.get(id) ?? sharedModule(id);
  };

  const bound: Record<string, unknown> = {
    process: ownProcess,
    console: ownConsole,
    ...(virtual
      ? {
          performance,
          Math: Object.create(Math, { random: { value: () => host.random() } }),
          crypto: webcrypto,
          AbortSignal: abortSignalOf(timers),
        }
      : machine),
    Date: dateOf(host),
    fetch: fetchOf(host),
    ...timerFunctions,
  };
  // What code reads from the global object must be the instance's own too, and what it writes there must stay.
  const ownGlobal = Object.create(untouchedGlobal, {
    ...Object.fromEntries(
      Object.entries(bound).map(([name, value]) => [name, { value, writable: true }]),
    ),
  });
  for (const name of ["globalThis", "global"])
    Object.defineProperty(ownGlobal, name, { value: ownGlobal });
  return {
    stop,
    /** Has all begin anew: time since the start, variables, and what libraries count for who uses them. */
    renew(next: Record<string, string>) {
      born = clock.now();
      for (const name of Object.keys(env)) delete env[name];
      Object.assign(env, next);
      for (const begin of renewals) begin();
    },
    bound: {
      ...bound,
      process: ownProcess as NodeJS.Process,
      globalThis: ownGlobal,
      global: ownGlobal,
      require: ownRequire,
      requireWhole: (id: string) => whole(ownRequire(id)),
      renewed: renewing(onRenewal),
    },
  };
};

/** The names that `instanceGlobals` binds. */
export const boundNames = [
  "process",
  "console",
  "performance",
  "Date",
  "Math",
  "crypto",
  "fetch",
  "AbortSignal",
  "setTimeout",
  "setInterval",
  "setImmediate",
  "clearTimeout",
  "clearInterval",
  "clearImmediate",
  "globalThis",
  "global",
  "require",
  "requireWhole",
  "renewed",
] as const;
