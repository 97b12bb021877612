import { AsyncLocalStorage } from "node:async_hooks";
import { join } from "node:path";
import type { Caller } from "../kernel/engine.ts";
import type { FunctionConfig, MakeRuntime } from "../services/lambda/function.ts";
import { bundlerOf, type Code, checkExported, ownCode } from "./bundle.ts";
import { codeChanges } from "./code-changes.ts";
import { estimatedColdStarts } from "./cold-starts.ts";
import { type Environment, environments, type Start } from "./environments.ts";
import {
  type FunctionThread,
  type Hosted,
  killed,
  outOfMemory,
  patience,
  startThread,
} from "./function-thread.ts";
import type { Outgoing } from "./inline-runtime.ts";
import { standingIn } from "./standing.ts";
import { receive } from "./thread-answers.ts";

export type ThreadOptions = {
  code: Code;
  /** Whose access key it is: a call is made in the name of who holds the key in the environment's variables. */
  callerOf: (accessKeyId: string) => Caller | undefined;
  /** Answers requests to `origins` in this process; requests to other addresses take the network of this machine. */
  outgoing?: { origins: string[]; answer: Outgoing };
  /** How many threads share the functions among them. */
  threads?: number;
  /** The largest number of environments of one function. */
  most?: number;
  /** Whether environments take as long to start as on AWS, and end when they have nothing to do for long. */
  coldStarts?: boolean | undefined;
};

const hostFile = "runtime/thread-host.ts";

/** How often the memory of a thread that works is looked at, in milliseconds. */
const memoryInterval = 250;

const megabyte = 2 ** 20;

/**
 * Runs execution environments in a few threads, many in each.
 *
 * An environment has its own module state, global object, environment variables, access key, output and timers, and
 * is frozen between invocations. Errors that nobody caught, `process.exit`, timeouts and crashes end it and no
 * other. What environments of one thread share: JavaScript's own objects (`Array.prototype`), the libraries that an
 * `inline` bundle leaves outside (the AWS SDK, zod, ElectroDB), and the thread's time. Code that never waits stops
 * its thread: within seconds its functions get new environments in a new thread, and when the first timeout of one
 * that runs in the old thread comes, the old one is ended, with what still ran there reported as killed. From then on
 * that function has a thread of its own. Code that takes more memory than a thread may have (1 GB, or what its function has) ends it, too.
 *
 * The SDK's clients are the real ones up to `send`; what they would send crosses to the main thread as the JSON of
 * AWS's protocols, with the access key that would sign it. Code that has changed is bundled again when it is invoked.
 */
export const threadRuntime =
  ({
    code,
    callerOf,
    outgoing,
    threads: threadCount = 2,
    most = 20,
    coldStarts = false,
  }: ThreadOptions): MakeRuntime =>
  (world) => {
    const cold = coldStarts ? estimatedColdStarts(world, code) : undefined;
    const bundles = bundlerOf("inline", code);
    const own = bundlerOf("aws", { ...ownCode, cache: code.cache });
    const paths = new Map<string, string>();
    const slots = new Map<number | string, FunctionThread>();
    /** Functions that brought a thread down: each has one of its own from then on. */
    const apart = new Set<string>();
    const all = new Set<FunctionThread>();
    let bootstrap = "";
    let last = 0;

    const nextId = () => {
      last += 1;
      return last;
    };

    const threadFor = ({ name }: FunctionConfig): FunctionThread => {
      const slot = apart.has(name) ? name : [...paths.keys()].indexOf(name) % threadCount;
      const thread = slots.get(slot) ?? open(slot);
      slots.set(slot, thread);
      return thread;
    };
    const setApart = (thread: FunctionThread) => {
      const name = thread.hosted.get(thread.at())?.fn.name;
      if (name !== undefined) apart.add(name);
    };
    const leaveSlot = (thread: FunctionThread) => {
      for (const [slot, one] of slots) if (one === thread) slots.delete(slot);
    };

    const open = (slot: number | string): FunctionThread => {
      const thread = startThread(world, {
        name: `functions ${slot}`,
        bootstrap,
        start: {
          now: world.clock.now(),
          region: world.region,
          compileCache: join(code.cache, "compile-cache"),
          origins: outgoing?.origins ?? [],
        },
        nextId,
        hear(thread, message) {
          receive(world, thread, message, { callerOf, outgoing: outgoing?.answer });
          endIfRetired(thread);
        },
        ended(thread) {
          all.delete(thread);
          leaveSlot(thread);
        },
      });
      all.add(thread);
      return thread;
    };

    /** What a thread must not be ended for: what runs, and what it began to start and does not come to the end of. */
    const occupied = ({ hosted }: FunctionThread) =>
      [...hosted.values()].some(({ state }) => state !== "resting");
    const endIfRetired = (thread: FunctionThread) => {
      if (thread.retired && !occupied(thread)) thread.end(killed);
    };

    /** Sends the thread that stands still out of use: what rests in it is made anew elsewhere when it is needed. */
    const retire = (thread: FunctionThread) => {
      thread.retired = true;
      leaveSlot(thread);
      setApart(thread);
      const functions = standingIn(thread);
      for (const [number, self] of thread.hosted) {
        if (self.state === "resting") {
          thread.hosted.delete(number);
          self.crashed(killed);
        } else if (thread.deafTo(self)) {
          thread.hosted.delete(number);
          self.place();
        }
      }
      world.note({ kind: "thread-stands-still", functions });
      endIfRetired(thread);
    };

    /** Looks after a thread while it works: that it answers, and that it does not take all memory. */
    const watch = (thread: FunctionThread) => {
      if (thread.watched) return;
      thread.watched = true;
      const look = (looks: number) =>
        world.clock.after(memoryInterval, "lambda watches a thread", () => {
          if (!all.has(thread) || !occupied(thread)) {
            thread.watched = false;
            return;
          }
          void thread.memory().then((bytes = 0) => {
            if (bytes < mostMemory(thread)) return;
            setApart(thread);
            thread.end(outOfMemory);
          });
          if (looks * memoryInterval >= patience && !thread.retired)
            thread.ask((answered) => {
              if (!answered && all.has(thread) && !thread.retired) retire(thread);
            });
          look(looks * memoryInterval >= patience ? 1 : looks + 1);
        });
      look(1);
    };
    const mostMemory = ({ hosted, at }: FunctionThread) => {
      const { memory = 0 } = hosted.get(at())?.fn ?? {};
      return Math.min(Math.max(memory, 1024), 3072) * megabyte;
    };

    const pool = environments(world, {
      most,
      cold,
      start: (fn, crashed, givenUp) => {
        const bundle = paths.get(fn.name);
        if (!bundle) throw new Error(`${fn.name} was not prepared.`);
        const number = nextId();
        const { name, arn, memory, file, exported, variables, logging } = fn;
        return new Promise<Start>((resolve) => {
          let thread: FunctionThread;
          const environment: Environment = {
            run: ({ text: event }, invocation) =>
              new Promise((ended) => {
                const send = () => {
                  self.state = "running";
                  self.sent = thread.tell({ kind: "invoke", instance: number, event, invocation });
                  watch(thread);
                };
                self.requestId = invocation.requestId;
                self.within = AsyncLocalStorage.snapshot();
                self.done = (outcome) => {
                  self.state = "resting";
                  ended(outcome);
                };
                // In case that another thread has to do it.
                self.started = (error) => (error ? self.done({ ok: false, error }) : send());
                send();
              }),
            kill() {
              if (!thread.hosted.delete(number) || !all.has(thread)) return;
              thread.tell({ kind: "kill", instance: number });
              thread.ask((answered) => {
                if (!answered) thread.end(killed);
              });
            },
          };
          const self: Hosted = {
            fn,
            requestId: "",
            state: "starting",
            sent: 0,
            place() {
              thread = threadFor(fn);
              thread.hosted.set(number, self);
              self.state = "starting";
              self.sent = thread.tell({
                kind: "start",
                instance: number,
                fn: { name, arn, memory, file, exported, variables, logging },
                bundle,
              });
              watch(thread);
            },
            started(error) {
              self.state = "resting";
              resolve(error ? { ok: false, error } : { ok: true, environment });
            },
            done: () => {},
            crashed,
            within: AsyncLocalStorage.snapshot(),
          };
          self.place();
          givenUp.addEventListener("abort", environment.kill);
        });
      },
    });

    const changes = codeChanges(world, code.root, bundles, (name, bundle) => {
      paths.set(name, bundle.path);
      apart.delete(name);
      pool.renew(name);
    });

    return {
      async prepare(fn) {
        // What runs in the thread is bundled too: to strip its types, each thread would load a compiler first.
        const [bundle, first] = await world.clock.hold(
          Promise.all([bundles.bundle(fn.file), own.bundle(hostFile)]),
        );
        checkExported(bundle, fn.exported);
        await cold?.prepare(fn);
        bootstrap = first.path;
        if (paths.get(fn.name) !== bundle.path) pool.renew(fn.name);
        paths.set(fn.name, bundle.path);
        changes.follow(fn.name, fn.exported, bundle);
      },
      invoke(fn, event, invocation) {
        const renewing = changes.renewing(fn.name);
        if (!renewing) return pool.invoke(fn, event, invocation);
        return renewing.then(() => pool.invoke(fn, event, invocation));
      },
      warm: pool.warm,
      crash: pool.crash,
      renew: pool.renew,
      stop() {
        for (const thread of all) {
          thread.hosted.clear();
          thread.end(killed);
        }
        pool.stop();
      },
    };
  };
