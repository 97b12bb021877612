import { AsyncLocalStorage } from "node:async_hooks";
import nodeModule from "node:module";
import { parentPort, workerData } from "node:worker_threads";
import { realClock } from "../kernel/clock.ts";
import { AwsError } from "../kernel/engine.ts";
import { describeThrown } from "../services/lambda/function.ts";
import { type Instance, startInstance } from "./instance.ts";
import { compile, type Instantiate } from "./instance-code.ts";
import { allowOnlyLoopback } from "./loopback-only.ts";
import {
  type CallAnswer,
  type FromThread,
  type HttpMessage,
  inBatches,
  type ThreadStart,
  type ToThread,
} from "./thread-messages.ts";

// What a thread runs that hosts instances of many functions.

const { now, region, compileCache, seen, origins } = workerData as ThreadStart;
nodeModule.enableCompileCache(compileCache);

const tell = inBatches<FromThread>((messages) => parentPort?.postMessage(messages));

type Hosted = { name: string; instance?: Instance; failToStart: (error: unknown) => void };

/** Whose code runs: found again in whatever it began. */
const current = new AsyncLocalStorage<Hosted>();
const hosted = new Map<number, Hosted>();

allowOnlyLoopback((host) => {
  const kind = "connection-refused";
  tell({ kind: "fact", fact: { kind, function: current.getStore()?.name, host } });
});

const uncaught = (error: unknown) => {
  const whose = current.getStore();
  // What is nobody's is the thread's own: it ends with all that it hosts.
  if (!whose) throw error;
  if (whose.instance) whose.instance.uncaught(error);
  else whose.failToStart(error);
};
process.on("uncaughtException", uncaught);
process.on("unhandledRejection", uncaught);

const clock = realClock(uncaught, { notBefore: now });

let last = 0;
const calls = new Map<number, (answer: CallAnswer) => void>();
const requests = new Map<number, (answer: Extract<ToThread, { kind: "response" }>) => void>();

const askMain = async (number: number, request: Request): Promise<Response> => {
  last += 1;
  const id = last;
  const answered = new Promise<Extract<ToThread, { kind: "response" }>>((resolve) =>
    requests.set(id, resolve),
  );
  const { method, url } = request;
  const message: HttpMessage & { method: string; url: string } = {
    method,
    url,
    headers: [...request.headers],
  };
  if (request.body) message.body = new Uint8Array(await request.arrayBuffer());
  tell({ kind: "request", instance: number, id, request: message });
  const { response, error } = await answered;
  if (!response) throw Object.assign(new TypeError("fetch failed"), { cause: new Error(error) });
  const { status, headers, body } = response;
  return new Response(body?.length ? (body as Uint8Array<ArrayBuffer>) : null, { status, headers });
};

const codes = new Map<string, Instantiate>();
const codeOf = (path: string) => {
  const known = codes.get(path) ?? compile(path);
  codes.set(path, known);
  return known;
};

const start = async ({ instance: number, fn, bundle }: Extract<ToThread, { kind: "start" }>) => {
  const self: Hosted = {
    name: fn.name,
    failToStart(error) {
      if (hosted.delete(number))
        tell({ kind: "started", instance: number, error: describeThrown(error) });
    },
  };
  hosted.set(number, self);
  const code = codeOf(bundle);
  Atomics.store(seen.running, 0, number);
  const started = await current.run(self, () =>
    startInstance(
      {
        clock,
        region,
        virtual: false,
        note: (fact) => tell({ kind: "fact", fact }),
        call: (service, operation, input, { key }) =>
          new Promise((resolve, reject) => {
            last += 1;
            calls.set(last, (answer) => {
              if (answer.ok) return resolve(answer.value);
              const { code, message, status, fields } = answer;
              reject(new AwsError(code, message, status, fields));
            });
            const id = last;
            tell({ kind: "call", instance: number, id, service, operation, input, key });
          }),
        reach: (request) =>
          origins.includes(new URL(request.url).origin) ? askMain(number, request) : fetch(request),
        orderly: (work) => work(),
        entered: () => Atomics.store(seen.running, 0, number),
        crashed(error) {
          hosted.delete(number);
          tell({ kind: "crashed", instance: number, error });
        },
      },
      fn,
      code,
    ),
  );
  if (!started.ok) {
    hosted.delete(number);
    return tell({ kind: "started", instance: number, error: started.error });
  }
  self.instance = started.environment;
  if (!hosted.has(number)) return started.environment.kill();
  tell({ kind: "started", instance: number });
};

const receive = (message: ToThread) => {
  Atomics.add(seen.heard, 0, 1);
  switch (message.kind) {
    case "answer":
      calls.get(message.id)?.(message.answer);
      calls.delete(message.id);
      break;
    case "response":
      requests.get(message.id)?.(message);
      requests.delete(message.id);
      break;
    case "invoke": {
      const { instance: number, event, invocation } = message;
      const self = hosted.get(number);
      if (!self?.instance) return;
      const { instance } = self;
      Atomics.store(seen.running, 0, number);
      void current
        .run(self, () => instance.run({ text: event }, invocation))
        .then((outcome) => tell({ kind: "done", instance: number, outcome }));
      break;
    }
    case "kill":
      hosted.get(message.instance)?.instance?.kill();
      hosted.delete(message.instance);
      break;
    case "ping":
      tell({ kind: "pong", id: message.id });
      break;
    case "start":
      start(message).catch((error: unknown) => {
        hosted.delete(message.instance);
        tell({ kind: "started", instance: message.instance, error: describeThrown(error) });
      });
  }
};

tell({ kind: "pong", id: 0 }); // it is up
parentPort?.on("message", (messages: ToThread[]) => messages.forEach(receive));
