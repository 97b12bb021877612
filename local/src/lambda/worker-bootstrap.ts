import nodeModule from "node:module";
import { pathToFileURL } from "node:url";
import { format } from "node:util";
import { parentPort, workerData } from "node:worker_threads";
import { describeResult, describeThrown } from "./function.ts";
import { lambdaContext } from "./lambda-context.ts";
import { allowOnlyLoopback } from "./loopback-only.ts";
import type { FromWorker, ToWorker, WorkerStart } from "./worker-messages.ts";

// What a worker thread runs: one execution environment of one function.

const { fn, bundle, exported, compileCache } = workerData as WorkerStart;
const tell = (message: FromWorker) => parentPort?.postMessage(message);

nodeModule.enableCompileCache(compileCache);
allowOnlyLoopback((host) => tell({ kind: "refused", host }));

const print = (...args: unknown[]) => tell({ kind: "log", line: format(...args) });
for (const name of ["log", "info", "warn", "error", "debug", "trace"] as const)
  console[name] = print;
for (const stream of [process.stdout, process.stderr])
  stream.write = (text: string | Uint8Array) => {
    print(String(text).replace(/\n$/, ""));
    return true;
  };

type Handler = (event: unknown, context: object) => unknown;

const load = async (): Promise<Handler | undefined> => {
  try {
    const module = await import(pathToFileURL(bundle).href);
    return module[exported];
  } catch (error) {
    tell({ kind: "broken", error: describeThrown(error) });
    return undefined;
  }
};

const run = async (handler: Handler, message: ToWorker) => {
  try {
    const context = lambdaContext(fn, message.invocation, Date.now);
    return describeResult(await handler(JSON.parse(message.event), context));
  } catch (error) {
    return { ok: false as const, error: describeThrown(error) };
  }
};

const handler = await load();
if (handler) {
  let fresh = true;
  parentPort?.on("message", async (message: ToWorker) => {
    tell({ kind: "done", outcome: await run(handler, message) });
    // After the first run the cache holds what running needs, not only what loading needed.
    if (fresh) setTimeout(() => nodeModule.flushCompileCache(), 500).unref();
    fresh = false;
  });
  tell({ kind: "ready" });
}
