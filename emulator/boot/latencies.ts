import type { Gate } from "../kernel/cloud.ts";
import { administrator, type World } from "../kernel/engine.ts";

/** About how many milliseconds a request and its answer each take on their way, by service. */
export type Latencies = Readonly<Record<string, number>>;

/** In the order of what is seen within one region of AWS; a simulation's, and no promise of AWS's. */
export const usualLatencies: Latencies = {
  dynamodb: 2,
  streams: 2,
  sqs: 4,
  sts: 4,
  lambda: 6,
  states: 8,
  events: 10,
  scheduler: 10,
  http: 15,
  ses: 40,
};

/** What services do by themselves, and nothing is on its way for. */
const withinServices = new Set(["lambda.Attempt", "dynamodb.Expire", "sqs.Bury", "events.Replay"]);

/** Nine of ten take up to twice as long as usual, one of a hundred up to thirty times: whole milliseconds, at least one. */
const drawn = (usual: number, chance: number): number => {
  if (chance < 0.9) return 1 + Math.floor((chance / 0.9) * 2 * usual);
  if (chance < 0.99) return 1 + Math.floor((2 + ((chance - 0.9) / 0.09) * 4) * usual);
  return 1 + Math.floor((6 + ((chance - 0.99) / 0.01) * 24) * usual);
};

/**
 * Has every call take time, its request and its answer each some of their own: what a call does is done in between, and who
 * called may be gone by then. Calls of the administrator take none.
 */
export const latenciesGate =
  ({ clock }: Pick<World, "clock">, usual: Latencies): Gate =>
  async (call, next) => {
    const { caller, service, operation } = call;
    const what = `${service}.${operation}`;
    if (caller.name === administrator.name || withinServices.has(what)) return next(call);
    const stream = `latency ${caller.invocation ?? caller.name} ${what}`;
    const pass = () =>
      new Promise<void>((resolve) => {
        const ms = drawn(usual[service] ?? 5, clock.random(stream));
        clock.after(ms, `${what} on its way`, resolve);
      });
    await pass();
    try {
      return await next(call);
    } finally {
      await pass();
    }
  };
