import type { Timer } from "../kernel/clock.ts";
import type { World } from "../kernel/engine.ts";
import { newLife } from "../kernel/life.ts";
import type {
  ErrorPayload,
  EventJson,
  FunctionConfig,
  Invocation,
  Outcome,
  Runtime,
} from "../services/lambda/function.ts";
import type { ColdStarts } from "./cold-starts.ts";

/** One execution environment: the module state of one function, used by one invocation at a time. */
export type Environment = {
  run: (event: EventJson, invocation: Invocation & { deadline: number }) => Promise<Outcome>;
  /** Ends it in the middle of whatever it does. */
  kill: () => void;
  /** Ends it where it rests, because all ends: what it is made of may serve another. */
  leave?: () => void;
};

export type Environments = {
  /**
   * Starts an environment; `crashed` is to be called when it dies by itself. Answers an error that initialisation
   * threw. Where it took too long, `givenUp` is aborted.
   */
  start: (
    fn: FunctionConfig,
    crashed: (error: ErrorPayload) => void,
    givenUp: AbortSignal,
  ) => Promise<Start>;
  /** How many environments of one function may exist; more invocations wait for one. */
  most?: number;
  /** Without it, environments take no time of the clock to start, and are kept for ever. */
  cold?: ColdStarts | undefined;
};
export type Start<E extends Environment = Environment> =
  | { ok: true; environment: E }
  | { ok: false; error: ErrorPayload };

type Busy = { requestId: string; end: (outcome: Outcome) => void; environment?: Environment };
type Pool = {
  idle: Environment[];
  /** Counts changes of the code: an environment of an earlier one is not used again. */
  generation: number;
  /** Ends environments that had nothing to do for long. */
  reapers: Map<Environment, Timer>;
  busy: Set<Busy>;
  count: number;
  waiting: (() => void)[];
};

const never = new Promise<never>(() => {});

/**
 * How long the code outside the handler may take, in seconds, before it is tried once more with the function's own
 * timeout (https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html).
 */
const initialisation = 10;

const failed = (requestId: string, errorType: string, message: string) => ({
  ok: false as const,
  error: { errorType, errorMessage: `RequestId: ${requestId} Error: ${message}` },
});

const timedOut = (requestId: string, seconds: number) =>
  failed(requestId, "Sandbox.Timedout", `Task timed out after ${seconds.toFixed(2)} seconds`);

const exited = "Runtime exited with error: signal: killed";

/**
 * Keeps a pool of environments per function, as Lambda does: a warm one is used again, a new one is started when
 * all are busy, and one that ran into its timeout or crashed is thrown away.
 */
export const environments = (
  { clock, note }: World,
  { start, most = Number.POSITIVE_INFINITY, cold }: Environments,
): Pick<Runtime, "invoke" | "warm" | "crash" | "renew"> & {
  stop: () => void;
} => {
  let pools = new Map<string, Pool>();
  let life = newLife(clock);
  const generations = new WeakMap<Environment, number>();
  const poolOf = (name: string): Pool => {
    const known = pools.get(name);
    if (known) return known;
    const pool: Pool = {
      idle: [],
      generation: 0,
      reapers: new Map(),
      busy: new Set(),
      count: 0,
      waiting: [],
    };
    pools.set(name, pool);
    return pool;
  };

  const rest = (name: string, pool: Pool, environment: Environment) => {
    if (generations.get(environment) !== pool.generation) return discard(pool, environment);
    pool.idle.push(environment);
    if (cold)
      pool.reapers.set(
        environment,
        life.after(cold.keptMs({ name }), "lambda environment ends", () =>
          retire(pool, environment),
        ),
      );
    pool.waiting.shift()?.();
  };

  /** Ends an environment, if it rests. */
  const retire = (pool: Pool, environment: Environment) => {
    const at = pool.idle.indexOf(environment);
    if (at < 0) return;
    pool.idle.splice(at, 1);
    pool.reapers.delete(environment);
    discard(pool, environment);
  };

  const take = ({ idle, reapers }: Pool) => {
    const environment = idle.pop();
    if (!environment) return undefined;
    reapers.get(environment)?.cancel();
    reapers.delete(environment);
    return environment;
  };

  const wait = (ms: number) =>
    new Promise<void>((resolve) => void life.after(ms, "lambda init", resolve));

  const discard = (pool: Pool, environment?: Environment) => {
    environment?.kill();
    pool.count -= 1;
    pool.waiting.shift()?.();
  };

  /** An environment that rests, or a new one that has so many seconds to initialise. */
  const obtain = async (
    fn: FunctionConfig,
    pool: Pool,
    requestId: string,
    seconds: number,
  ): Promise<Start> => {
    while (pool.idle.length === 0 && pool.count >= most)
      await new Promise<void>((resolve) => pool.waiting.push(resolve));
    const warm = take(pool);
    if (warm) return { ok: true, environment: warm };
    pool.count += 1;
    let made: Environment | undefined;
    const { generation } = pool;
    note({ kind: "cold-start", function: fn.name, requestId });
    const late = Promise.withResolvers<Start>();
    const givenUp = new AbortController();
    const limit = life.after(seconds * 1000, `lambda init ${fn.name}`, () => {
      givenUp.abort();
      late.resolve(timedOut(requestId, seconds));
    });
    const crashed = (error: ErrorPayload) => {
      if (made) retire(pool, made);
      for (const { environment, end } of pool.busy)
        if (made && environment === made) end({ ok: false, error });
    };
    const starting = start(fn, crashed, givenUp.signal);
    const { over } = life;
    if (cold) await wait(cold.startMs(fn));
    const started = await Promise.race([starting, late.promise]);
    limit.cancel();
    if (over()) {
      if (started.ok) started.environment.kill();
      return never;
    }
    if (started.ok) {
      made = started.environment;
      generations.set(made, generation);
    } else {
      discard(pool);
      void starting.then((tooLate) => tooLate.ok && tooLate.environment.kill());
    }
    return started;
  };

  return {
    async invoke(fn, event, { requestId }) {
      const pool = poolOf(fn.name);
      const ended = Promise.withResolvers<Outcome>();
      let over = false;
      const busy: Busy = {
        requestId,
        end: (outcome) => {
          over = true;
          ended.resolve(outcome);
        },
      };
      pool.busy.add(busy);
      let timeout: Timer | undefined;
      const work = async () => {
        let began: number | undefined;
        let started = await obtain(fn, pool, requestId, initialisation);
        if (!started.ok) {
          // Lambda tries once more, in the time of the invocation.
          began = clock.now();
          started = await obtain(fn, pool, requestId, fn.timeout);
        }
        if (!started.ok) return busy.end({ ok: false, error: started.error });
        const { environment } = started;
        const done = () => {
          busy.environment = undefined;
          rest(fn.name, pool, environment);
        };
        if (over) return done();
        busy.environment = environment;
        // Else a function's time begins when its environment stands.
        const deadline = (began ?? clock.now()) + fn.timeout * 1000;
        timeout = life.after(deadline - clock.now(), `lambda timeout ${fn.name}`, () =>
          busy.end(timedOut(requestId, fn.timeout)),
        );
        const outcome = await environment.run(event, { requestId, deadline });
        if (over) return;
        done();
        busy.end(outcome);
      };
      work().catch((error: unknown) =>
        busy.end(failed(requestId, "Runtime.Unknown", String(error))),
      );
      const outcome = await ended.promise;
      timeout?.cancel();
      pool.busy.delete(busy);
      if (busy.environment) discard(pool, busy.environment);
      return outcome;
    },

    async warm(fn) {
      const pool = poolOf(fn.name);
      if (pool.count > 0) return;
      const started = await obtain(fn, pool, "warm", initialisation);
      if (!started.ok) return;
      rest(fn.name, pool, started.environment);
    },

    crash(functionName, requestId) {
      const pool = pools.get(functionName);
      if (pool && requestId === undefined)
        for (const environment of [...pool.idle]) retire(pool, environment);
      for (const busy of pool?.busy ?? [])
        if (requestId === undefined || busy.requestId === requestId)
          busy.end(failed(busy.requestId, "Runtime.ExitError", exited));
    },

    renew(functionName) {
      const pool = pools.get(functionName);
      if (!pool) return;
      pool.generation += 1;
      for (const environment of [...pool.idle]) retire(pool, environment);
    },

    stop() {
      for (const { idle, busy } of pools.values()) {
        for (const { leave, kill } of idle) (leave ?? kill)();
        for (const { environment } of busy) environment?.kill();
      }
      pools = new Map();
      life.end();
      life = newLife(clock);
    },
  };
};
