import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type LoopbackServer, listenOnLoopback } from "emulator/doors/wire/server";
import { realClock } from "emulator/kernel/clock";
import { bundlerOf, checkExported } from "emulator/runtime/bundle";
import type { LambdaEngine } from "emulator/services/lambda/engine";
import type { ErrorPayload, FunctionConfig, MakeRuntime } from "emulator/services/lambda/function";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openShop } from "../open.ts";
import { code, shopGraph } from "../repository.ts";
import type { Shop } from "../shop.ts";

const script = fileURLToPath(new URL("run-bundle.mjs", import.meta.url));

type Answer = { loaded: boolean; result?: string; error?: ErrorPayload };

/** So many processes that have nothing to do are kept. */
const MOST_IDLE = 12;

/** The bundles that SST uploads, with the SDK that is in them, over HTTP: each environment of a function is a process. */
const processes = (loaded: Set<string>): MakeRuntime => {
  const bundler = bundlerOf("aws", code);
  const paths = new Map<string, string>();
  let idle: { name: string; child: ChildProcess }[] = [];
  const start = (fn: FunctionConfig) =>
    fork(script, [pathToFileURL(paths.get(fn.name) ?? "").href, fn.exported], {
      env: { ...fn.variables, AWS_LAMBDA_FUNCTION_NAME: fn.name, TZ: "UTC" },
      execArgv: [],
      silent: true,
    });
  const rest = (name: string, child: ChildProcess) => {
    idle.push({ name, child });
    for (const { child } of idle.splice(0, idle.length - MOST_IDLE)) child.kill();
  };
  const run = (fn: FunctionConfig, event?: string) =>
    new Promise<Answer>((resolve, reject) => {
      const warm = idle.find(({ name }) => name === fn.name);
      idle = idle.filter((one) => one !== warm);
      const child = warm?.child ?? start(fn);
      const failed = (why: unknown) =>
        reject(why instanceof Error ? why : new Error(`It ended: ${why}`));
      child.once("error", failed).once("exit", failed);
      child.once("message", (answer: Answer) => {
        child.off("error", failed).off("exit", failed);
        if (answer.loaded) loaded.add(fn.name);
        rest(fn.name, child);
        resolve(answer);
      });
      child.send({ event });
    });
  return () => ({
    async prepare(fn) {
      const bundle = await bundler.bundle(fn.file);
      checkExported(bundle, fn.exported);
      paths.set(fn.name, bundle.path);
    },
    async invoke(fn, { text }) {
      const { result = "null", error } = await run(fn, text);
      return error ? { ok: false, error } : { ok: true, result };
    },
    async warm(fn) {
      if (!loaded.has(fn.name)) expect(await run(fn)).toEqual({ loaded: true });
    },
    crash: () => {},
    renew: () => {},
    stop() {
      for (const { child } of idle) child.kill();
    },
  });
};

const clock = realClock((error) => {
  throw error;
});
const loaded = new Set<string>();
let servers: LoopbackServer[];
let local: Shop;

beforeAll(async () => {
  const [aws, api] = await Promise.all([listenOnLoopback(0), listenOnLoopback(0)]);
  servers = [aws, api];
  local = await openShop({
    clock,
    runtime: processes(loaded),
    seeded: false,
    awsUrl: aws.url,
    apiUrl: api.url,
  });
  aws.serve(local.handlers.aws);
  api.serve(local.handlers.api);
  // A process for each call: on a busy machine it takes minutes.
  await local.open(500_000);
});
afterAll(async () => {
  await local.stop();
  clock.stop();
  await Promise.all(servers.map((server) => server.stop()));
});

test("an order is confirmed by the bundles that SST uploads, with the SDK over HTTP", async () => {
  const placed = await local.api({
    method: "POST",
    path: "/orders",
    as: "bob",
    headers: { "idempotency-key": "one-order-of-real-bundles" },
    body: { lines: [{ productId: "prd_collar", quantity: 2 }], paymentToken: "tok_approve" },
  });
  expect(placed.status).toBe(202);
  const { orderId } = placed.json() as { orderId: string };
  const status = async () =>
    ((await local.api({ path: `/orders/${orderId}`, as: "bob" })).json() as { status: unknown })
      .status;
  await expect.poll(status, { interval: 500 }).toBe("CONFIRMED");
});

test("every bundle that SST uploads loads in a Node process", async () => {
  await (local.cloud.engines.lambda as LambdaEngine).warm();
  expect(loaded.size).toBe(shopGraph().functions.length);
});
