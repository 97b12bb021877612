import nodeModule from "node:module";
import { pathToFileURL } from "node:url";
import { format } from "node:util";
import { parentPort, workerData } from "node:worker_threads";
import { describeResult, describeThrown } from "./function.ts";
import { lambdaContext } from "./lambda-context.ts";
import { allowOnlyLoopback } from "./loopback-only.ts";
import type {
  FromWorker,
  PortAnswer,
  PortRequest,
  ToWorker,
  WorkerStart,
} from "./worker-messages.ts";

// What a worker thread runs: one execution environment of one function.

const { fn, bundle, exported, compileCache, port } = workerData as WorkerStart;
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

let last = 0;
const awaited = new Map<number, (answer: PortAnswer) => void>();
if (port)
  (globalThis as Record<symbol, unknown>)[Symbol.for("petstore.send")] = (request: PortRequest) =>
    new Promise<PortAnswer>((resolve) => {
      last += 1;
      awaited.set(last, resolve);
      tell({ kind: "request", id: last, request });
    });

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

const run = async (handler: Handler, message: Extract<ToWorker, { kind: "invoke" }>) => {
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
    if (message.kind === "answer") {
      awaited.get(message.id)?.(message.answer);
      awaited.delete(message.id);
      return;
    }
    tell({ kind: "done", outcome: await run(handler, message) });
    // After the first run the cache holds what running needs, not only what loading needed.
    if (fresh) setTimeout(() => nodeModule.flushCompileCache(), 500).unref();
    fresh = false;
  });
  tell({ kind: "ready" });
}
