import { setFlagsFromString } from "node:v8";
import { Worker } from "node:worker_threads";
import type { World } from "../kernel/engine.ts";
import {
  describeThrown,
  type ErrorPayload,
  type FunctionConfig,
  type Outcome,
} from "../services/lambda/function.ts";
import { type FromThread, inBatches, type ThreadStart, type ToThread } from "./thread-messages.ts";

/** An environment as the main thread knows it. */
export type Hosted = {
  fn: FunctionConfig;
  requestId: string;
  state: "starting" | "resting" | "running";
  /** The message with which it was last started or invoked. */
  sent: number;
  /** Starts it in the thread that takes new environments now, and invokes it there if that was not yet heard. */
  place: () => void;
  started: (error?: ErrorPayload) => void;
  done: (outcome: Outcome) => void;
  crashed: (error: ErrorPayload) => void;
  /** Does work of which its latest start or invocation is the cause. */
  within: <T>(work: () => T) => T;
};

/** A thread that hosts environments of many functions. */
export type FunctionThread = {
  /** Answers which message it is, counted from 1. */
  tell: (message: ToThread) => number;
  hosted: Map<number, Hosted>;
  /** Whose code it runs, or ran last. */
  at: () => number;
  /** Whether it has not even heard what was last asked of an environment: another thread can do it as well. */
  deafTo: (hosted: Hosted) => boolean;
  /** Gets no new environments, and ends when nothing runs in it any more. */
  retired: boolean;
  watched: boolean;
  /** Calls back once with whether the thread answered in time. One that is still being started need not. */
  ask: (then: (answered: boolean) => void) => void;
  /** Bytes that it holds, outside of the heap too; undefined where it does not say. */
  memory: () => Promise<number | undefined>;
  /** Ends it for an error of the code that it runs; what else it hosted is killed. */
  end: (error: ErrorPayload) => void;
};

/** How long a thread may not answer before no more work is given to it, or it is ended, in milliseconds. */
export const patience = 2000;

const exit = (how: string): ErrorPayload => ({
  errorType: "Runtime.ExitError",
  errorMessage: `Error: Runtime exited with error: ${how}`,
});

/** Of what ended with its thread. */
export const killed = exit("signal: killed");

/** Of what took more memory than it may have. */
export const outOfMemory: ErrorPayload = { ...killed, errorType: "Runtime.OutOfMemory" };

// Where V8 unrolls a loop in a loop it forgets that code may be interrupted there (seen in Node 24.21): such code
// could not be ended, nor kept from taking the whole process with it when its memory is full.
setFlagsFromString("--no-turboshaft-loop-unrolling");

/** Beyond this V8 ends the whole process: threads are ended before. In MB. */
const largestHeap = 4096;

const living = new Set<Worker>();

/** Ends every thread of this process that does end; answers whether all did. */
export const endThreads = async (): Promise<boolean> => {
  await Promise.all([...living].map((worker) => worker.terminate()));
  return living.size === 0;
};

/** Starts a thread. `ended` is called when it is no more; what it says goes to `hear`. */
export const startThread = (
  { clock, note }: World,
  {
    name,
    bootstrap,
    start,
    nextId,
    hear,
    ended,
  }: {
    name: string;
    bootstrap: string;
    start: Omit<ThreadStart, "seen">;
    nextId: () => number;
    hear: (thread: FunctionThread, message: Exclude<FromThread, { kind: "pong" }>) => void;
    ended: (thread: FunctionThread) => void;
  },
): FunctionThread => {
  const seen: ThreadStart["seen"] = {
    running: new Int32Array(new SharedArrayBuffer(4)),
    heard: new Int32Array(new SharedArrayBuffer(4)),
  };
  const worker = new Worker(bootstrap, {
    workerData: { ...start, seen } satisfies ThreadStart,
    name,
    execArgv: [],
    env: { TZ: "UTC" },
    resourceLimits: { maxOldGenerationSizeMb: largestHeap },
  });
  living.add(worker);
  const pings = new Map<number, (answered: boolean) => void>();
  let up = false;
  let over = false;
  let measuring = false;
  let told = 0;
  const post = inBatches<ToThread>((messages) => worker.postMessage(messages));
  const thread: FunctionThread = {
    tell(message) {
      post(message);
      told += 1;
      return told;
    },
    hosted: new Map(),
    at: () => Atomics.load(seen.running, 0),
    deafTo: ({ sent }) => sent > Atomics.load(seen.heard, 0),
    retired: false,
    watched: false,
    ask(then) {
      if (!up) return then(true);
      const id = nextId();
      const answer = (answered: boolean) => {
        limit.cancel();
        if (pings.delete(id)) then(answered);
      };
      const limit = clock.after(patience, "lambda thread answers", () => answer(false));
      pings.set(id, answer);
      thread.tell({ kind: "ping", id });
    },
    async memory() {
      if (measuring) return undefined;
      measuring = true;
      try {
        const { used_heap_size, external_memory } = await worker.getHeapStatistics();
        return used_heap_size + external_memory;
      } catch {
        return undefined; // it has ended
      } finally {
        measuring = false;
      }
    },
    end(error) {
      if (over) return;
      over = true;
      ended(thread);
      void worker.terminate();
      for (const [number, self] of thread.hosted) {
        const { fn, requestId, started, crashed } = self;
        if (up && self.state !== "resting" && thread.deafTo(self)) {
          self.place();
          continue;
        }
        const { errorType, errorMessage } = number === thread.at() ? error : killed;
        const own = { errorType, errorMessage: `RequestId: ${requestId} ${errorMessage}` };
        note({ kind: "environment-lost", function: fn.name, requestId });
        started(own);
        crashed(own);
      }
      thread.hosted.clear();
    },
  };
  worker.on("message", (messages: FromThread[]) => {
    up = true;
    for (const message of messages)
      if (message.kind === "pong") pings.get(message.id)?.(true);
      else hear(thread, message);
  });
  worker.on("error", (error: NodeJS.ErrnoException) =>
    thread.end(error.code === "ERR_WORKER_OUT_OF_MEMORY" ? outOfMemory : describeThrown(error)),
  );
  worker.on("exit", (code) => {
    living.delete(worker);
    thread.end(exit(`exit status ${code}`));
  });
  worker.unref();
  return thread;
};
