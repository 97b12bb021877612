import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { AwsError, type Caller, type World } from "../kernel/engine.ts";
import {
  describeThrown,
  EnvironmentCrash,
  type ErrorPayload,
  type FunctionConfig,
  type MakeRuntime,
  type Outcome,
} from "../services/lambda/function.ts";
import { bundlerOf, type Code, checkExported, ownCode } from "./bundle.ts";
import { estimatedColdStarts } from "./cold-starts.ts";
import { type Environment, environments, type Start } from "./environments.ts";
import type { Outgoing } from "./inline-runtime.ts";
import {
  type CallAnswer,
  type FromThread,
  inBatches,
  type ThreadStart,
  type ToThread,
} from "./thread-messages.ts";

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

/** How long a thread may not answer before no more work is given to it, or it is ended, in milliseconds. */
const patience = 2000;

const killed = "Error: Runtime exited with error: signal: killed";
const lost: ErrorPayload = { errorType: "Runtime.ExitError", errorMessage: killed };

/** An environment as this side knows it. */
type Hosted = {
  fn: FunctionConfig;
  requestId: string;
  state: "starting" | "resting" | "running";
  /** Starts it in the thread that takes new environments now. */
  place: () => void;
  started: (error?: ErrorPayload) => void;
  done: (outcome: Outcome) => void;
  crashed: (error: ErrorPayload) => void;
};

type Thread = {
  tell: (message: ToThread) => void;
  hosted: Map<number, Hosted>;
  /** Whose code it runs, or ran last. */
  at: () => number;
  /** Gets no new environments, and ends when nothing runs in it any more. */
  retired: boolean;
  watched: boolean;
  /** Calls back once with whether the thread answered in time. One that is still being started need not. */
  ask: (then: (answered: boolean) => void) => void;
  end: (error: ErrorPayload) => void;
};

/**
 * Runs execution environments in a few threads, many in each.
 *
 * An environment has its own module state, global object, environment variables, access key, output and timers, and
 * is frozen between invocations. Errors that nobody caught, `process.exit`, timeouts and crashes end it and no
 * other. What environments of one thread share: JavaScript's own objects (`Array.prototype`), the libraries that an
 * `inline` bundle leaves outside (the AWS SDK, zod, ElectroDB), and the thread's time. Code that never waits stops
 * its thread: within seconds its functions get new environments in a new thread, and when the first timeout of one
 * that runs in the old thread comes, the old one is ended, with what still ran there reported as killed. Memory that
 * runs out ends a thread, too.
 *
 * The SDK's clients are the real ones up to `send`; what they would send crosses to the main thread as the JSON of
 * AWS's protocols, with the access key that would sign it.
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
    const slots: (Thread | undefined)[] = Array.from({ length: threadCount });
    const all = new Set<Thread>();
    let bootstrap = "";
    let last = 0;

    const threadFor = (fn: FunctionConfig): Thread => {
      const slot = [...paths.keys()].indexOf(fn.name) % threadCount;
      const thread = slots[slot] ?? startThread(slot);
      slots[slot] = thread;
      return thread;
    };

    const startThread = (slot: number): Thread => {
      const start: ThreadStart = {
        region: world.region,
        compileCache: join(code.cache, "compile-cache"),
        running: new Int32Array(new SharedArrayBuffer(4)),
        origins: outgoing?.origins ?? [],
      };
      const worker = new Worker(bootstrap, {
        workerData: start,
        name: `functions ${slot}`,
        execArgv: [],
        env: { TZ: "UTC" },
      });
      const pings = new Map<number, (answered: boolean) => void>();
      let up = false;
      const thread: Thread = {
        tell: inBatches((messages) => worker.postMessage(messages)),
        hosted: new Map(),
        at: () => start.running[0] ?? 0,
        retired: false,
        watched: false,
        ask(then) {
          if (!up) return then(true);
          last += 1;
          const id = last;
          const answer = (answered: boolean) => {
            limit.cancel();
            if (pings.delete(id)) then(answered);
          };
          const limit = world.clock.after(patience, "lambda thread answers", () => answer(false));
          pings.set(id, answer);
          thread.tell({ kind: "ping", id });
        },
        end(error) {
          if (!all.delete(thread)) return;
          if (slots[slot] === thread) slots[slot] = undefined;
          void worker.terminate();
          for (const { fn, requestId, started, crashed } of thread.hosted.values()) {
            const own = { ...error, errorMessage: `RequestId: ${requestId} ${error.errorMessage}` };
            world.note({ kind: "environment-lost", function: fn.name, requestId });
            started(own);
            crashed(own);
          }
          thread.hosted.clear();
        },
      };
      all.add(thread);
      worker.on("message", (messages: FromThread[]) => {
        up = true;
        for (const message of messages)
          if (message.kind === "pong") pings.get(message.id)?.(true);
          else receive(world, thread, message, { callerOf, outgoing: outgoing?.answer });
        if (thread.retired && !runs(thread)) thread.end(lost);
      });
      worker.on("error", (error: Error) => thread.end(describeThrown(error)));
      worker.on("exit", (code) =>
        thread.end({
          errorType: "Runtime.ExitError",
          errorMessage: `Error: Runtime exited with error: exit status ${code}`,
        }),
      );
      worker.unref();
      return thread;
    };

    const runs = ({ hosted }: Thread) =>
      [...hosted.values()].some(({ state }) => state === "running");

    const works = ({ hosted }: Thread) =>
      [...hosted.values()].some(({ state }) => state !== "resting");

    /** Sends the thread that stands still out of use: what rests in it is made anew elsewhere when it is needed. */
    const retire = (thread: Thread) => {
      thread.retired = true;
      const slot = slots.indexOf(thread);
      if (slot >= 0) slots[slot] = undefined;
      world.note({ kind: "thread-stands-still", functions: namesIn(thread) });
      for (const [number, { state, place, started, crashed }] of thread.hosted) {
        if (state === "running") continue;
        thread.hosted.delete(number);
        if (state === "resting") crashed(lost);
        else if (number === thread.at()) started(lost);
        else place();
      }
      if (!runs(thread)) thread.end(lost);
    };
    const namesIn = ({ hosted }: Thread) => [
      ...new Set(
        [...hosted.values()].filter(({ state }) => state === "running").map(({ fn }) => fn.name),
      ),
    ];

    const watch = (thread: Thread) => {
      if (thread.watched || thread.retired) return;
      thread.watched = true;
      world.clock.after(patience, "lambda watches a thread", () => {
        thread.watched = false;
        if (!all.has(thread) || !works(thread)) return;
        thread.ask((answered) => {
          if (!all.has(thread)) return;
          if (answered) watch(thread);
          else retire(thread);
        });
      });
    };

    const pool = environments(world, {
      most,
      cold,
      start: (fn, crashed) => {
        const bundle = paths.get(fn.name);
        if (!bundle) throw new Error(`${fn.name} was not prepared.`);
        last += 1;
        const number = last;
        const { name, arn, memory, file, exported, variables } = fn;
        return new Promise<Start>((resolve) => {
          let thread: Thread;
          const environment: Environment = {
            run: ({ text: event }, invocation) =>
              new Promise((ended) => {
                self.requestId = invocation.requestId;
                self.state = "running";
                self.done = (outcome) => {
                  self.state = "resting";
                  ended(outcome);
                };
                thread.tell({ kind: "invoke", instance: number, event, invocation });
                watch(thread);
              }),
            kill() {
              if (!thread.hosted.delete(number) || !all.has(thread)) return;
              thread.tell({ kind: "kill", instance: number });
              thread.ask((answered) => {
                if (!answered) thread.end(lost);
              });
            },
          };
          const self: Hosted = {
            fn,
            requestId: "",
            state: "starting",
            place() {
              thread = threadFor(fn);
              thread.hosted.set(number, self);
              thread.tell({
                kind: "start",
                instance: number,
                fn: { name, arn, memory, file, exported, variables },
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
          };
          self.place();
        });
      },
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
        paths.set(fn.name, bundle.path);
      },
      invoke: pool.invoke,
      warm: pool.warm,
      crash: pool.crash,
      stop() {
        for (const thread of all) {
          thread.hosted.clear();
          thread.end(lost);
        }
        pool.stop();
      },
    };
  };

type Answering = { callerOf: ThreadOptions["callerOf"]; outgoing: Outgoing | undefined };

/** Does what a thread asks for, in the name of one of its environments. What the dead ask for is not heard. */
const receive = (
  world: World,
  thread: Thread,
  message: Exclude<FromThread, { kind: "pong" }>,
  answering: Answering,
) => {
  if (message.kind === "fact") return world.note(message.fact as never);
  const self = thread.hosted.get(message.instance);
  if (!self) return;
  switch (message.kind) {
    case "started":
      if (message.error) thread.hosted.delete(message.instance);
      return self.started(message.error);
    case "done":
      return self.done(message.outcome);
    case "crashed":
      thread.hosted.delete(message.instance);
      return self.crashed(message.error);
    case "call":
      return void answerCall(world, thread, message, answering);
    case "request":
      return void answerRequest(thread, message, self.fn.name, answering);
  }
};

const answerCall = async (
  world: World,
  thread: Thread,
  { instance, id, service, operation, input, key }: Extract<FromThread, { kind: "call" }>,
  { callerOf }: Answering,
) => {
  let answer: CallAnswer;
  try {
    const caller = callerOf(key);
    if (!caller)
      throw new AwsError(
        "UnrecognizedClientException",
        "The security token included in the request is invalid.",
        403,
      );
    answer = { ok: true, value: await world.call({ caller, service, operation, input }) };
  } catch (error) {
    if (error instanceof EnvironmentCrash) {
      const self = thread.hosted.get(instance);
      thread.hosted.delete(instance);
      thread.tell({ kind: "kill", instance });
      return self?.crashed({
        errorType: "Runtime.ExitError",
        errorMessage: `RequestId: ${self.requestId} ${killed}`,
      });
    }
    if (error instanceof AwsError) {
      const { code, message, status, fields } = error;
      answer = { ok: false, code, message, status, fields };
    } else {
      const message = error instanceof Error ? error.message : String(error);
      world.note({ kind: "defect", where: `${service} ${operation}`, message, error });
      answer = { ok: false, code: "InternalFailure", message, status: 500, fields: {} };
    }
  }
  thread.tell({ kind: "answer", id, answer });
};

const answerRequest = async (
  thread: Thread,
  { id, request: { method, url, headers, body } }: Extract<FromThread, { kind: "request" }>,
  name: string,
  { outgoing }: Answering,
) => {
  try {
    if (!outgoing) throw new Error(`Nothing answers for ${url}.`);
    const init = { method, headers, ...(body && { body: body as Uint8Array<ArrayBuffer> }) };
    const response = await outgoing(new Request(url, init), name);
    thread.tell({
      kind: "response",
      id,
      response: {
        status: response.status,
        headers: [...response.headers],
        body: new Uint8Array(await response.arrayBuffer()),
      },
    });
  } catch (error) {
    thread.tell({
      kind: "response",
      id,
      error: error instanceof Error ? error.message : String(error),
    });
  }
};
