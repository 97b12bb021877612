import type { MakeRuntime } from "../services/lambda/function.ts";
import { bundlerOf, type Code, checkExported } from "./bundle.ts";
import { estimatedColdStarts } from "./cold-starts.ts";
import { environments } from "./environments.ts";
import { type InstanceHost, startInstance } from "./instance.ts";
import { compile, type Instantiate } from "./instance-code.ts";

/** Answers a function's outgoing HTTP requests in the process, or throws what `fetch` is to throw. */
export type Outgoing = (request: Request, functionName: string) => Promise<Response>;

// One compilation serves every world of this process: the code is the same, the state is made per instance.
const compiled = new Map<string, Instantiate>();

/**
 * Runs handlers in this process: each instance has its own module state, environment, time and chance, all of
 * the world's clock, and its SDK clients call the world directly.
 *
 * What it cannot do is stop code that never waits: that stops the process, as it would in any test, and virtual time
 * with it. node:vm can bound code that is evaluated, but its watchdog costs 0.2 ms each time that code is entered, it
 * sees only what runs up to the first `await`, and what it ends takes the microtasks of everything else along.
 */
export const inlineRuntime =
  ({
    code,
    outgoing,
    coldStarts = false,
  }: {
    code: Code;
    outgoing?: Outgoing;
    /** Whether environments take their time to start, and end when they have nothing to do for long. */
    coldStarts?: boolean | undefined;
  }): MakeRuntime =>
  (world) => {
    const cold = coldStarts ? estimatedColdStarts(world, code) : undefined;
    const bundles = bundlerOf("inline", code);
    const codes = new Map<string, Instantiate>();
    let tail: Promise<unknown> = Promise.resolve();
    const orderly = <T>(work: () => Promise<T>): Promise<T> => {
      const mine = tail.then(() => world.clock.hold(work()));
      tail = mine.catch(() => {});
      return mine;
    };

    const pool = environments(world, {
      cold,
      start: async (fn, crashed) => {
        const instantiate = codes.get(fn.name);
        if (!instantiate) throw new Error(`${fn.name} was not prepared.`);
        const caller = { name: fn.name, role: fn.role };
        const host: InstanceHost = {
          clock: world.clock,
          region: world.region,
          virtual: true,
          note: world.note,
          call: (service, operation, input) => world.call({ caller, service, operation, input }),
          async reach(request, requestId) {
            if (outgoing) return outgoing(request, fn.name);
            const { hostname } = new URL(request.url);
            const kind = "connection-refused";
            world.note({ kind, function: fn.name, requestId, host: hostname });
            throw Object.assign(new TypeError("fetch failed"), {
              cause: new Error(`${fn.name} has no way out to ${hostname}.`),
            });
          },
          orderly,
          crashed,
        };
        return startInstance(host, fn, instantiate);
      },
    });

    return {
      async prepare(fn) {
        await cold?.prepare(fn);
        const load = async () => {
          const bundle = await bundles.bundle(fn.file);
          checkExported(bundle, fn.exported);
          const instantiate = compiled.get(bundle.path) ?? compile(bundle.path);
          compiled.set(bundle.path, instantiate);
          return instantiate;
        };
        codes.set(fn.name, await world.clock.hold(load()));
      },
      invoke: pool.invoke,
      warm: pool.warm,
      crash: pool.crash,
      renew: pool.renew,
      stop: pool.stop,
    };
  };
