import { setFlagsFromString } from "node:v8";
import { listenOnLoopback } from "emulator/doors/wire/server";
import { realClock } from "emulator/kernel/clock";
import { openJournal } from "emulator/kernel/journal";
import type { Keeper } from "emulator/kernel/keep";
import { pacedClock } from "emulator/kernel/paced-clock";
import { CannotStart } from "emulator/kernel/refusals";
import { writeTraceTo } from "emulator/kernel/trace-file";
import { endProcess } from "emulator/runtime/end-process";
import { endForUncaught } from "emulator/runtime/inline-runtime";
import { endOn, optionsOf } from "../command-line.ts";
import { painter } from "../demo/terminal.ts";
import { boundHeapGrowth } from "../heap-growth.ts";
import { indexOrders } from "../lens/order-index.ts";
import { createStoryTeller } from "../lens/tell-story.ts";
import { thingsOf } from "../lens/things.ts";
import { type LiveShop, liveShop } from "../live-shop.ts";
import { openShop } from "../open.ts";
import { addressOf, awsLines, curlLines } from "../pages/pages.ts";
import { namesByArn } from "../redrive/failure-queues.ts";
import { recordFile, recordIn } from "../redrive/record.ts";
import { shopGraph } from "../repository.ts";
import { announce } from "../running.ts";
import { createRuns } from "../runs/runs.ts";
import { spooledRuns } from "../runs/spooled-runs.ts";
import { startRun } from "../runs/start-run.ts";
import type { Shop } from "../shop.ts";
import { createTeller } from "../tell.ts";
import { builtPages, pageNames } from "../web/built.ts";
import { keepKey, keptKey } from "./administrator-key.ts";

const help = `Runs the Serverless Pet Store on this machine, until Ctrl-C.

  --json            print one line of JSON on standard output: addresses, credentials, accounts
  --port <n>        port of the AWS endpoint (4566, or the next free one)
  --api-port <n>    port of the API and its pages (3000, or the next free one)
  --graph <file>    the infrastructure to run (infra/graph.json)
  --persist <dir>   keep everything in this directory: it is there again after a restart, and after kill -9
  --cold-starts     let functions take as long to start as on AWS, estimated from the size of their bundles
  --lag <ms>        let reads that are not strongly consistent show what was true so long ago, at most
  --logs            show what the functions log, too
  --trace <file>    write everything that passes into this file, a line of JSON for each (emulator/README.md has the kinds)
  --run <file>      look at a run that was exported, in place of a shop: nothing happens in it, every screen of the console
                    shows what happened there, and one can go on from any moment (with --port, --api-port, --json)
  --story           tell every order as it goes, a line a hop, and dead letters with the line that sends them on
  --isolated        run the functions in threads, at the pace of the machine: for handlers that block for long or for ever,
                    or that use sockets or child processes. Without it they run in this process, where one that never
                    comes back stops everything, and time can be paused, slowed, stepped through and turned back
  --help            this text
`;

const portOf = (name: string, text: string) => {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new CannotStart(`--${name} is a port, a number from 0 to 65535, not "${text}".`);
  return port;
};

const lagOf = (text: string) => {
  const ms = Number(text);
  if (!Number.isInteger(ms) || ms < 0 || ms > 60_000)
    throw new CannotStart(`--lag is a number of milliseconds from 0 to 60000, not "${text}".`);
  return ms;
};

const readOptions = () => {
  const { values } = optionsOf({
    options: {
      json: { type: "boolean", default: false },
      port: { type: "string", default: "4566" },
      "api-port": { type: "string", default: "3000" },
      graph: { type: "string" },
      persist: { type: "string" },
      "cold-starts": { type: "boolean", default: false },
      lag: { type: "string", default: "0" },
      logs: { type: "boolean", default: false },
      trace: { type: "string" },
      run: { type: "string" },
      story: { type: "boolean", default: false },
      isolated: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  return {
    ...values,
    port: portOf("port", values.port),
    apiPort: portOf("api-port", values["api-port"]),
    lag: lagOf(values.lag),
  };
};

const say = (text: string) => process.stderr.write(`${text}\n`);

// Who does not listen any more (`npm start | head -1`) does not end the shop.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});

// A heap per thread: small young generations, and no sweeping of all of them at rest.
setFlagsFromString("--no-memory-reducer");
setFlagsFromString("--max-semi-space-size=8");
boundHeapGrowth();

/** What cannot be kept must not be acknowledged, and what was acknowledged is in the journal: so it ends here. */
const lose = (error: Error): never => {
  say(`Nothing can be kept any more, so the shop stops: ${error.message}`);
  process.exit(1);
};

/** An error that a handler in this process left to nobody ends its instance, as on AWS, and not the shop. */
const uncaught = (error: unknown) => {
  if (!endForUncaught(error)) throw error;
};
/** What the story of every order is told with: whose each entry is, what things are called, how a dead letter goes on. */
const tellingOf = ({ cloud: { trace }, graph }: Pick<Shop, "cloud" | "graph">, port: number) => ({
  ordersOf: indexOrders(trace).of,
  get: trace.get,
  things: thingsOf(graph),
  redriven: namesByArn(graph),
  port: `--port ${port}`,
  paint: painter(process.stderr),
});

const start = async () => {
  const options = readOptions();
  if (options.help) return void process.stdout.write(help);
  if (options.run !== undefined) return startRun({ ...options, file: options.run, say });
  const graph = shopGraph(options.graph);
  const began = performance.now();
  const { persist } = options;
  if (persist === "") throw new CannotStart("--persist wants the name of a directory.");
  if (options.trace === "") throw new CannotStart("--trace wants the name of a file.");
  const credentials = persist === undefined ? undefined : keptKey(persist);
  const journal =
    persist === undefined
      ? undefined
      : openJournal(persist, { name: "the Serverless Pet Store", lose, say });
  const ahead = (journal?.lastSeen ?? 0) - Date.now();
  if (ahead > 60_000)
    say(
      `${persist} was last used at ${new Date(Date.now() + ahead).toLocaleString()}, later than this machine's clock says it is now: time goes on from there.`,
    );

  const failed = (error: unknown, label: string) =>
    say(`${label}: ${error instanceof Error ? error.message : String(error)}`);
  const notBefore = journal?.lastSeen ?? 0;
  const paced = options.isolated ? undefined : pacedClock({ onError: failed, notBefore });
  if (paced)
    for (const event of ["uncaughtException", "unhandledRejection"]) process.on(event, uncaught);
  const clock = paced ?? realClock(failed, { notBefore });
  const [aws, api] = await Promise.all([
    listenOnLoopback(options.port),
    listenOnLoopback(options.apiPort, { maxBody: 11 * 1024 * 1024 }),
  ]);
  for (const [wanted, { port }, what] of [
    [options.port, aws, "AWS endpoint"],
    [options.apiPort, api, "API"],
  ] as const)
    if (wanted !== 0 && port !== wanted) say(`Port ${wanted} is busy: the ${what} is on ${port}.`);

  const web = builtPages();
  const shared = {
    graph,
    coldStarts: options["cold-starts"],
    lags: { reads: options.lag },
    credentials,
    apiUrl: api.url,
    awsUrl: aws.url,
    restore: journal && ((keeper: Keeper) => journal.replay(keeper, clock.now)),
    seeded: false,
    web,
  };
  const live: LiveShop | undefined =
    paced &&
    (await liveShop({
      ...shared,
      clock: paced,
      forbidden:
        persist === undefined
          ? undefined
          : `Nothing is turned back where everything is kept: ${persist} would have to forget it.`,
      forked: ({ api: at, aws, token }) =>
        announce({ api: at, aws, token, forkOf: api.url, ...local.administrator }),
      // Who orders by hand finds all functions warm again.
      rewound: () => paced.after(500, "warm the functions", live?.warm ?? (() => {})),
    }));
  const local: LiveShop | Shop = live ?? (await openShop({ ...shared, clock, runtime: "worker" }));
  const buildPages = () => {
    for (const name of pageNames)
      web.page(name).catch((error) => say(`The page /${name}/ cannot be built: ${error.message}`));
  };
  local.beside.redrives = recordIn(recordFile);
  if (persist !== undefined && !credentials) keepKey(persist, local.administrator);
  const teller = createTeller(aws.url, {
    logs: options.logs,
    redriven: namesByArn(graph),
  });
  const story = options.story ? createStoryTeller(tellingOf(local, aws.port)) : undefined;
  local.cloud.observe((fact) => {
    if (story?.tells(fact.kind)) return;
    const line = teller.hear(fact);
    if (line) say(line);
  });
  const endTrace =
    options.trace === undefined ? undefined : writeTraceTo(local.cloud.trace, options.trace, say);
  if (story)
    local.cloud.trace.hear((entry) => {
      const line = story.hear(entry);
      if (line) say(line);
    });
  const since = local.openedAt();
  const { aws: awsHandler, api: apiHandler } = live?.outside ?? local.handlers;
  aws.serve(awsHandler);
  const runs = createRuns({ web, say });
  local.beside.runs = runs;
  api.serve(apiHandler, spooledRuns(local));
  await local.open();
  await live?.timeline.mark("opened");

  buildPages();

  const named = Object.fromEntries(
    local.accounts.map(({ name, customerId }) => [name, { token: local.token(name), customerId }]),
  );
  const token = local.pageToken;
  const forget = announce({ api: api.url, aws: aws.url, token, ...local.administrator });
  if (options.json) {
    process.stdout.write(
      `${JSON.stringify({ api: api.url, aws: aws.url, token, ...local.administrator, accounts: named })}\n`,
    );
  } else {
    const { place, read } = curlLines(api.url, token, "alice");
    process.stdout.write(`
The Pet Store is open${since === undefined ? "" : ` again, as ${persist} has it since ${new Date(since).toLocaleString()}`} (${((performance.now() - began) / 1000).toFixed(1)} s).

  API           ${api.url}
  Shop          ${addressOf(api.url, token, "/shop/")}
  Console       ${addressOf(api.url, token, "/console/")}
  All pages     ${addressOf(api.url, token)}
  AWS endpoint  ${aws.url}

Place an order as Alice:

${place}

Read her orders:

${read}

Look behind the counter with the AWS CLI:

${awsLines(aws.url, local.administrator)}

or, without setting anything: npm run aws -- --port ${aws.port} dynamodb list-tables

Ctrl-C stops it; ${journal ? `everything is kept in ${persist}` : "nothing is kept"}. Options: npm start -- --help
`);
  }

  // Who orders by hand finds all functions warm; who orders at once is not kept waiting by it.
  if (!options["cold-starts"]) clock.after(500, "warm the functions", local.warm);

  // The terminal signals this process, and whoever started it passes the signal on: it may come twice.
  let stopping = false;
  const stop = async () => {
    if (stopping) return;
    stopping = true;
    forget();
    await Promise.all([aws.stop(), api.stop()]);
    await runs.stop();
    await local.stop();
    await endTrace?.();
    for (const line of teller.rest()) say(line);
    clock.stop();
    journal?.close();
    await endProcess(0);
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, stop);
};

start().catch(endOn);
