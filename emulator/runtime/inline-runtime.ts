import { AsyncLocalStorage } from "node:async_hooks";
import {
  describeThrown,
  type FunctionConfig,
  type MakeRuntime,
} from "../services/lambda/function.ts";
import { bundlerOf, type Code, checkExported } from "./bundle.ts";
import type { Bundle } from "./bundle-store.ts";
import { codeChanges } from "./code-changes.ts";
import { estimatedColdStarts } from "./cold-starts.ts";
import { environments, type Start } from "./environments.ts";
import { type Instance, type InstanceHost, startInstance } from "./instance.ts";
import { compile, type Instantiate } from "./instance-code.ts";
import { spareInstances } from "./spare-instances.ts";
import { stacksAsInTask, taskFile } from "./task-stacks.ts";

/** Answers a function's outgoing HTTP requests in the process, or throws what `fetch` is to throw. */
export type Outgoing = (
  request: Request,
  functionName: string,
  invocation?: string,
) => Promise<Response>;

// One compilation serves every world of this process: the code is the same, the state is made per instance.
const compiled = new Map<string, Instantiate>();

/** Whose code runs: found again in whatever it began. */
const current = new AsyncLocalStorage<{ uncaught: (error: unknown) => void }>();

/** Ends the instance whose code left an error to nobody. Answers whether it is an instance's; what is nobody's is the process's own. */
export const endForUncaught = (error: unknown): boolean => {
  const whose = current.getStore();
  whose?.uncaught(error);
  return whose !== undefined;
};

/** What a bundle's code is, and whether instances of it may go on in another world. */
type Prepared = { path: string; instantiate: Instantiate; handsOn: boolean };

/** Whose code it is that runs, over all lives of an instance. It keeps no world from being forgotten. */
type Self = {
  instance?: Instance;
  failToStart?: ((error: unknown) => void) | undefined;
  uncaught: (error: unknown) => void;
};

const newSelf = (): Self => {
  const self: Self = {
    uncaught(error) {
      if (self.instance) self.instance.uncaught(error);
      else self.failToStart?.(error);
    },
  };
  return self;
};

// As many as some worlds have at once.
const spares = spareInstances<Self>(400);

/** Starts an instance to which the errors belong that its code leaves to nobody, or lets one that is spare begin anew. */
const startAlone = async (
  host: InstanceHost,
  fn: FunctionConfig,
  { path, instantiate, handsOn }: Prepared,
): Promise<Start> => {
  const self = (handsOn && spares.take(path, fn)) || newSelf();
  const failed = Promise.withResolvers<Start<Instance>>();
  self.failToStart = (error) => failed.resolve({ ok: false, error: describeThrown(error) });
  const starting = current.run(self, () => startInstance(host, fn, instantiate, self.instance));
  const started = await Promise.race([starting, failed.promise]);
  if (!started.ok) return started;
  const { environment } = started;
  self.instance = environment;
  self.failToStart = undefined;
  return {
    ok: true,
    environment: {
      ...environment,
      run: (event, invocation) => current.run(self, () => environment.run(event, invocation)),
      ...(handsOn && {
        leave() {
          environment.leave();
          spares.put(path, fn, self);
        },
      }),
    },
  };
};

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
    skews,
    coldStarts = false,
    follow = false,
    handOn = false,
  }: {
    code: Code;
    outgoing?: Outgoing;
    /** How many milliseconds the clocks of functions are ahead, by their names. */
    skews?: ReadonlyMap<string, number>;
    /** Whether environments take their time to start, and end when they have nothing to do for long. */
    coldStarts?: boolean | undefined;
    /** Whether code that changes is there at the next invocation. */
    follow?: boolean | undefined;
    /**
     * Whether code keeps nothing in its modules but what its libraries keep for it (renewed.ts). Then instances that rest when
     * their world ends go on in the next one in this process, and its code is not run again.
     */
    handOn?: boolean | undefined;
  }): MakeRuntime =>
  (world) => {
    stacksAsInTask();
    const cold = coldStarts ? estimatedColdStarts(world, code) : undefined;
    const bundles = bundlerOf("inline", code);
    const codes = new Map<string, Prepared>();
    let tail: Promise<unknown> = Promise.resolve();
    const orderly = <T>(work: () => Promise<T>): Promise<T> => {
      const mine = tail.then(() => world.clock.hold(work()));
      tail = mine.catch(() => {});
      return mine;
    };

    const pool = environments(world, {
      cold,
      start: async (fn, crashed) => {
        const prepared = codes.get(fn.name);
        if (!prepared) throw new Error(`${fn.name} was not prepared.`);
        const { name, role } = fn;
        const host: InstanceHost = {
          clock: world.clock,
          region: world.region,
          virtual: true,
          skew: () => skews?.get(name) ?? 0,
          note: world.note,
          call: (service, operation, input, { invocation }) => {
            const caller = { name, role, ...(invocation && { invocation }) };
            return world.call({ caller, service, operation, input });
          },
          async reach(request, requestId) {
            if (outgoing) return outgoing(request, fn.name, requestId);
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
        return startAlone(host, fn, prepared);
      },
    });
    const codeOf = ({ path, file, patched }: Bundle): Prepared => {
      const instantiate = compiled.get(path) ?? compile(path, taskFile(file));
      compiled.set(path, instantiate);
      return { path, instantiate, handsOn: handOn && !follow && !patched };
    };
    const changes = follow
      ? codeChanges(world, code.root, bundles, (name, bundle) => {
          codes.set(name, codeOf(bundle));
          pool.renew(name);
        })
      : undefined;

    return {
      async prepare(fn) {
        await cold?.prepare(fn);
        const load = async () => {
          const bundle = await bundles.bundle(fn.file);
          checkExported(bundle, fn.exported);
          changes?.follow(fn.name, fn.exported, bundle);
          return codeOf(bundle);
        };
        codes.set(fn.name, await world.clock.hold(load()));
      },
      invoke(fn, event, invocation) {
        const renewing = changes?.renewing(fn.name);
        if (!renewing) return pool.invoke(fn, event, invocation);
        return world.clock.hold(renewing).then(() => pool.invoke(fn, event, invocation));
      },
      warm: pool.warm,
      crash: pool.crash,
      renew: pool.renew,
      stop: pool.stop,
    };
  };
