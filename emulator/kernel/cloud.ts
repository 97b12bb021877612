import type { Clock } from "./clock.ts";
import { AwsError, type Call, type Engine, notEmulated, type World } from "./engine.ts";
import { createKeeper, type Keeper, type Snapshot } from "./keep.ts";

/** Sees every call: may observe it, refuse it by throwing, or spoil its answer. `next` is the engine or the next gate. */
export type Gate = (call: Call, next: (call: Call) => Promise<unknown>) => Promise<unknown>;

export type Fact = Record<string, unknown> & { kind: string };

/** The engines behind one door. Every call, whoever makes it and whichever way it comes in, goes through `call`. */
export type Cloud = World & {
  engines: Record<string, Engine>;
  /** Puts a gate before all others. Answers how to take it away. */
  guard: (gate: Gate) => () => void;
  /** Hears every fact. Answers how to stop. */
  observe: (observer: (fact: Fact) => void) => () => void;
  keeper: Keeper;
  /** All that the engines know, now. */
  snapshot: () => Snapshot;
  /** Stops the engines, lets `change` change what they know, and lets them go on from there. */
  restart: (change: (keeper: Keeper) => void) => Promise<void>;
  stop: () => void;
};

export const createCloud = (
  clock: Clock,
  makers: ((world: World) => Engine)[],
  { account = "123456789012", region = "us-east-1" } = {},
): Cloud => {
  const gates: Gate[] = [];
  const observers = new Set<(fact: Fact) => void>();
  const engines: Record<string, Engine> = {};
  const keeper = createKeeper();

  const reach = async (call: Call): Promise<unknown> => {
    const engine = engines[call.service];
    if (!engine) throw notEmulated("AWS", `the service ${call.service}`);
    const operation = Object.hasOwn(engine.operations, call.operation)
      ? engine.operations[call.operation]
      : undefined;
    if (!operation) throw notEmulated(call.service, `the operation ${call.operation}`);
    try {
      return await operation(call.input, call.caller);
    } finally {
      keeper.flush(); // before anybody hears of it
    }
  };
  const through = (index: number, call: Call): Promise<unknown> => {
    const gate = gates[index];
    return gate ? gate(call, (passed) => through(index + 1, passed)) : reach(call);
  };

  const world: World = {
    clock,
    account,
    region,
    call: (call) => through(0, call),
    note: (fact) => {
      for (const observer of observers) observer(fact);
    },
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
    engines,
    keeper,
    guard(gate) {
      gates.unshift(gate);
      return () => void gates.splice(gates.indexOf(gate), 1);
    },
    observe(observer) {
      observers.add(observer);
      return () => void observers.delete(observer);
    },
    snapshot: () => ({ now: clock.now(), parts: keeper.take() }),
    async restart(change) {
      stop();
      change(keeper);
      for (const engine of Object.values(engines)) await engine.resume?.();
    },
    stop,
  };
};
