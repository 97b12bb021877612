import { join } from "node:path";
import { Worker } from "node:worker_threads";
import type { World } from "../engine.ts";
import { type Bundler, checkExported, createBundler, repositoryRoot } from "./bundle.ts";
import { environments, type Start } from "./environments.ts";
import {
  describeThrown,
  type ErrorPayload,
  type FunctionConfig,
  type MakeRuntime,
  type Outcome,
} from "./function.ts";
import type { FromWorker, ToWorker, WorkerStart } from "./worker-messages.ts";

export type WorkerOptions = {
  /** The largest number of environments of one function. */
  most?: number;
  bundles?: Bundler;
};

const bootstrapFile = "local/src/lambda/worker-bootstrap.ts";
const compileCache = join(repositoryRoot, ".petstore/compile-cache");

/**
 * Runs each execution environment in a worker thread of its own, with the bundle that SST uploads and the SDK as it is
 * in it, over HTTP to AWS_ENDPOINT_URL: what a handler does there, however badly, ends there. It takes 30 MB and a
 * quarter of a second of CPU per environment.
 */
export const workerRuntime =
  ({ most = 10, bundles = createBundler({ kind: "aws" }) }: WorkerOptions = {}): MakeRuntime =>
  (world) => {
    const paths = new Map<string, string>();
    let bootstrap = "";
    const pool = environments(world, {
      most,
      // A burst is over before a second environment stands; to start ten would take the time from the first.
      startingAtOnce: 1,
      start: (fn, crashed) => {
        const bundle = paths.get(fn.name);
        if (!bundle) throw new Error(`${fn.name} was not prepared.`);
        return startWorker(world, fn, { bootstrap, bundle, crashed });
      },
    });
    return {
      async prepare(fn) {
        // The bootstrap is bundled too: to strip its types, each thread would load a compiler first.
        const [bundle, first] = await world.clock.hold(
          Promise.all([bundles.bundle(fn.file), bundles.bundle(bootstrapFile)]),
        );
        checkExported(bundle, fn.exported);
        bootstrap = first.path;
        paths.set(fn.name, bundle.path);
      },
      invoke: pool.invoke,
      warm: pool.warm,
      crash: pool.crash,
      stop: pool.stop,
    };
  };

const startWorker = (
  world: World,
  fn: FunctionConfig,
  {
    bootstrap,
    bundle,
    crashed,
  }: {
    bootstrap: string;
    bundle: string;
    crashed: (error: ErrorPayload) => void;
  },
): Promise<Start> => {
  const { name, arn, memory, exported, variables } = fn;
  let requestId = "";
  let dead = false;
  let done: (outcome: Outcome) => void = () => {};
  const workerData: WorkerStart = {
    fn: { name, arn, memory },
    bundle,
    exported,
    compileCache,
  };
  const worker = new Worker(bootstrap, {
    workerData,
    name,
    execArgv: [],
    env: {
      ...variables,
      AWS_REGION: world.region,
      AWS_LAMBDA_FUNCTION_NAME: name,
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memory),
      TZ: "UTC",
    },
  });
  const tell = (message: ToWorker) => worker.postMessage(message);
  const kill = () => {
    dead = true;
    void worker.terminate();
  };
  const end = (error: ErrorPayload) => {
    if (dead) return;
    kill();
    crashed(error);
  };
  const die = (how: string) =>
    end({
      errorType: "Runtime.ExitError",
      errorMessage: `RequestId: ${requestId} Error: Runtime exited with error: ${how}`,
    });

  const environment = {
    run: (event: string, invocation: { requestId: string; deadline: number }) =>
      new Promise<Outcome>((resolve) => {
        requestId = invocation.requestId;
        done = resolve;
        tell({ kind: "invoke", event, invocation });
      }),
    kill,
  };

  return new Promise((resolve) => {
    worker.on("message", (message: FromWorker) => {
      if (dead) return;
      if (message.kind === "ready") resolve({ ok: true, environment });
      else if (message.kind === "done") done(message.outcome);
      else if (message.kind === "log")
        world.note({ kind: "log", function: name, requestId, line: message.line });
      else if (message.kind === "refused")
        world.note({ kind: "connection-refused", function: name, requestId, host: message.host });
      else {
        kill();
        resolve({ ok: false, error: message.error });
      }
    });
    worker.on("error", (error: Error) => {
      resolve({ ok: false, error: describeThrown(error) });
      end(describeThrown(error));
    });
    worker.on("exit", (code) => {
      die(`exit status ${code}`);
      const errorMessage = `Runtime exited with error: exit status ${code}`;
      resolve({ ok: false, error: { errorType: "Runtime.ExitError", errorMessage } });
    });
    worker.unref();
  });
};
