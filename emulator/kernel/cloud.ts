import type { Clock } from "./clock.ts";
import { AwsError, type Call, type Engine, notEmulated, type World } from "./engine.ts";
import { createKeeper, type Keeper, type Snapshot } from "./keep.ts";
import { createObservers, type Observer } from "./observers.ts";
import { recordCalls } from "./recorded-calls.ts";
import { createTrace, noTrace, type TraceOptions } from "./trace.ts";

export type { Fact } from "./observers.ts";

/**
 * Sees every call: may observe it, refuse it by throwing, or spoil its answer. `next` is the engine or the next gate, of
 * those that there were when the call was made.
 */
export type Gate = (call: Call, next: (call: Call) => Promise<unknown>) => Promise<unknown>;

/**
 * The engines behind one door. Every call, whoever makes it and whichever way it comes in, passes the gates. `call` is for
 * those outside: what their call has changed is told to the keeper before they are answered.
 */
export type Cloud = World & {
  engines: Record<string, Engine>;
  /**
   * Puts a gate before all others, for the calls that are made from now on, and where `acts` says so also for what services do
   * by themselves (README.md has the list). Answers how to take it away.
   */
  guard: (gate: Gate, what?: { acts?: boolean }) => () => void;
  /** Hears every fact. Answers how to stop. */
  observe: (observer: Observer) => () => void;
  keeper: Keeper;
  /** All that the engines know, now. */
  snapshot: () => Snapshot;
  /**
   * Stops the engines, lets `change` change what they know, and lets them go on from there. `change` may answer an entry of
   * the trace: the cause of what they do then.
   */
  restart: (change: (keeper: Keeper) => unknown) => Promise<void>;
  stop: () => void;
};

/** What a cloud is made with. */
export type CloudOptions = {
  account?: string;
  region?: string;
  /** How the trace is kept; false where nobody will look at it. */
  trace?: TraceOptions | false | undefined;
};

export const createCloud = (
  ownClock: Clock,
  makers: ((world: World) => Engine)[],
  { account = "123456789012", region = "us-east-1", trace: kept = {} }: CloudOptions = {},
): Cloud => {
  // Copied on write: a call keeps those that it began with.
  let gates: readonly Gate[] = [];
  let gatesOfActs: readonly Gate[] = [];
  const { trace, clock } = kept ? createTrace(ownClock, kept) : { trace: noTrace, clock: ownClock };
  const observers = createObservers(clock);
  const note: World["note"] = (fact, more, bytes) => {
    const entry = trace.write({ ...fact, ...more }, bytes);
    observers.note(fact);
    return entry;
  };
  const engines: Record<string, Engine> = {};
  const keeper = createKeeper();

  const reach = async (call: Call): Promise<unknown> => {
    const engine = engines[call.service];
    if (!engine) throw notEmulated("AWS", `the service ${call.service}`);
    const operation = Object.hasOwn(engine.operations, call.operation)
      ? engine.operations[call.operation]
      : undefined;
    if (!operation) throw notEmulated(call.service, `the operation ${call.operation}`);
    return await operation(call.input, call.caller);
  };
  type Reach = (call: Call) => Promise<unknown>;
  const through = (list: readonly Gate[], end: Reach, call: Call, index = 0): Promise<unknown> => {
    const gate = list[index];
    return gate ? gate(call, (passed) => through(list, end, passed, index + 1)) : end(call);
  };
  const reachGated = (call: Call) => through(gates, reach, call);
  const act = <T>(own: Call, effect: () => T | Promise<T>) =>
    gatesOfActs.length === 0
      ? effect()
      : (through(gatesOfActs, async () => effect(), own) as Promise<T>);

  const world: World = {
    clock,
    account,
    region,
    call: kept ? recordCalls(trace, reachGated) : reachGated,
    act,
    note,
    trace,
    keep: keeper,
  };
  for (const make of makers) {
    const engine = make(world);
    if (engines[engine.service])
      throw new AwsError("Conflict", `Two engines for ${engine.service}`, 500);
    engines[engine.service] = engine;
  }

  const stop = () => {
    for (const engine of Object.values(engines)) engine.stop?.();
  };

  return {
    ...world,
    // What engines call is told when somebody outside is answered or a moment is over: they end together with what they know.
    async call(call) {
      try {
        return await world.call(call);
      } finally {
        keeper.flush();
      }
    },
    engines,
    keeper,
    guard(gate, { acts = false } = {}) {
      const own: Gate = (call, next) => gate(call, next); // the same gate may stand there twice
      gates = [own, ...gates];
      if (acts) gatesOfActs = [own, ...gatesOfActs];
      return () => {
        gates = gates.filter((one) => one !== own);
        gatesOfActs = gatesOfActs.filter((one) => one !== own);
      };
    },
    observe: observers.observe,
    snapshot: () => ({ now: clock.now(), parts: keeper.take() }),
    async restart(change) {
      stop();
      const cause = change(keeper);
      await trace.under(typeof cause === "number" ? cause : trace.cause(), async () => {
        for (const engine of Object.values(engines)) await engine.resume?.();
      });
    },
    stop,
  };
};
