import { globSync, mkdtempSync, rmSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { CannotStart } from "emulator/kernel/refusals";
import { bundlerOf } from "emulator/runtime/bundle";
import { BUDGET, DOLLARS } from "../bench/budget.ts";
import { costOfMillion } from "../bench/cost.ts";
import { measureCrowd } from "../bench/crowd.ts";
import { measureConditionalPut, measureTransactRate } from "../bench/engine-rate.ts";
import { measureGrowth } from "../bench/growth.ts";
import { measureInline } from "../bench/inline.ts";
import { measureLongLife } from "../bench/long-life.ts";
import type { Frames } from "../bench/page-frames.ts";
import { measurePauses, NOTICED } from "../bench/pauses.ts";
import { measureRewind } from "../bench/rewind.ts";
import { measureSdkCall } from "../bench/sdk-calls.ts";
import { measureServed } from "../bench/served.ts";
import { measureRecording } from "../bench/trace.ts";
import { code, repositoryRoot } from "../repository.ts";

const help = `Counts what an order costs, and times the shop on this machine. All of it takes about half an hour.

  --quick         at most 45 s: 200 orders for the growth instead of 10,000, fewer of all else, nothing with --persist,
                  no second process beside the first, no long life
  --only <part>   order, call, inline, trace, served, crowd, bundles, rewind, life, pauses, kept (the same with --persist,
                  some six minutes each) or pages
  --long          lets one shop live through 100,000 orders instead of 20,000
  --help          this text
`;

const print = (text = "") => process.stdout.write(`${text}\n`);
const say = (text: string) => process.stderr.write(text);
const number = (value: number) => String(Math.round(value * 100) / 100);

/** A budget beside what was measured against it, in the same unit: a word says where it is missed. */
const within = (measured: number, most: number, unit = "") =>
  `(budget ${most}${unit && ` ${unit}`})${measured <= most ? "" : "   OVER BUDGET"}`;

/** Times say little without it. */
const printLoad = () =>
  print(`  (load of this machine: ${loadavg().map(number).join(", ")} on ${cpus().length} cores)`);

/** A line that shows how far it is, on a terminal; nothing elsewhere. */
const progressOf = (all: number) => {
  const began = performance.now();
  return (done: number) => {
    if (!process.stderr.isTTY) return;
    const rate = done / ((performance.now() - began) / 1000);
    const left = Math.round((all - done) / rate);
    say(
      `\r  ${done} of ${all} orders, ${Math.round(rate)}/s, ${left} s left   ${done === all ? "\n" : ""}`,
    );
  };
};

const BUDGETS: [name: keyof typeof BUDGET, what: string][] = [
  ["commandWrites", "write calls on the command side"],
  ["writeUnits", "write units in all"],
  ["reads", "reads"],
  ["events", "events"],
  ["transitions", "state transitions"],
];

type Options = { quick: boolean; long: boolean };

/** A part of the benchmark: measures, prints, and answers whether the budgets are held that it counts. */
type Part = (options: Options) => Promise<boolean>;

/** What an order costs, counted. */
const countOrder: Part = async ({ quick }) => {
  const orders = quick ? 200 : 10_000;
  say(`Placing ${orders} orders in process, on a virtual clock ...\n`);
  const { marks, violations, copy } = await measureGrowth(orders, progressOf(orders));
  const [first, ...later] = marks;
  if (!first) throw new Error("Nothing was measured");

  print("An order of two lines on the happy path (the sandbox provider and sweepers apart)");
  for (const [name, what] of BUDGETS) {
    const most = BUDGET[name];
    const seen = marks.map(({ counts }) => number(counts[name])).join(", ");
    const held = marks.every(({ counts }) => counts[name] <= most);
    print(`  ${what.padEnd(34)} ${seen.padEnd(16)} ${within(held ? 0 : Infinity, most)}`);
  }
  const grown = later.filter(({ counts }) =>
    BUDGETS.some(([name]) => counts[name] !== first.counts[name]),
  );
  print(
    `  at ${marks.map((mark) => mark.orders).join(", ")} orders; ${grown.length === 0 ? "no difference" : "THEY DIFFER"}`,
  );
  print(
    `  CPU per order: ${marks.map(({ cpuMs }) => `${number(cpuMs)} ms`).join(", ")}: ${marks.map(({ cpuMs }) => Math.round(1000 / cpuMs)).join(", ")} orders a second of a core`,
  );
  print(`  invariants broken: ${violations.length}`);
  for (const { invariant, what } of violations) print(`    ${invariant}: ${what}`);

  print(
    `  all that is known after ${Math.min(1_000, orders)} orders: copied in ${number(copy.snapshotMs)} ms, forked in ${number(copy.forkMs)} ms ${within(copy.forkMs, 50)}`,
  );

  const parts = costOfMillion(first.counts);
  const total = parts.reduce((sum, [, dollars]) => sum + dollars, 0);
  print(
    `\nA million orders at list prices: $${total.toFixed(0)} ${within(total, DOLLARS)}, e-mail apart`,
  );
  for (const [part, dollars] of parts) print(`  ${part.padEnd(34)} $${dollars.toFixed(2)}`);
  const over = BUDGETS.some(([name]) => marks.some(({ counts }) => counts[name] > BUDGET[name]));
  return !over && grown.length === 0 && violations.length === 0;
};

/** What a call costs, with and without the SDK. */
const timeCalls: Part = async ({ quick }) => {
  say("Making calls of the SDK, in process and over HTTP ...\n");
  const put = await measureConditionalPut(20_000);
  const sdk = await measureSdkCall(quick ? 10 : 30);
  print("\nA conditional put");
  print(`  CPU in the engine, without an SDK   ${number(put.alone)} us ${within(put.alone, 100)}`);
  print(`  ... and with a journal              ${number(put.journaled)} us`);
  print(`  SDK over HTTP on loopback           ${number(sdk.http)} ms`);
  for (const [who, ms] of [
    ["in a thread of npm start", sdk.thread],
    ["inline, as tests have it", sdk.inline],
  ] as const)
    print(
      `  SDK ${who.padEnd(32)}${number(ms)} ms, ${number(ms / sdk.http)} of that ${within(ms / sdk.http, 0.5)}`,
    );
  return true;
};

/** Orders in process. */
const timeInline: Part = async ({ quick }) => {
  say(`Placing orders in process, one shop${quick ? "" : " and then two at once"} ...\n`);
  const inline = await measureInline(quick ? 60 : 1_000, !quick);
  print("\nOrders in process, functions inline (target: 100 a second)");
  print(
    `  CPU of an order                     ${number(inline.cpuMs)} ms: ${number(1000 / inline.cpuMs)} orders a second of a core`,
  );
  print(`  orders per second, one process      ${number(inline.alone)}`);
  if (inline.two) print(`  ... two processes at once, together ${number(inline.two)}`);
  print("  where the main thread's CPU goes");
  const small = inline.profile.filter(({ ms }) => ms < 0.1).reduce((sum, { ms }) => sum + ms, 0);
  for (const { who, ms } of [
    ...inline.profile.filter(({ ms }) => ms >= 0.1),
    { who: "others", ms: small },
  ])
    print(`    ${who.padEnd(34)}${number(ms)} ms`);
  return true;
};

/** What the trace costs. */
const timeRecording: Part = async () => {
  say("Placing orders in two shops by turns, one with a trace and one without ...\n");
  const { withMs, withoutMs, ratio, entries } = await measureRecording(31, 12);
  print("\nRecording all that passes, in rounds by turns");
  print(`  entries of an order                 ${number(entries)}`);
  print(`  CPU of an order, recorded / not     ${number(withMs)} / ${number(withoutMs)} ms`);
  print(`  CPU recorded against not, median    ${ratio.toFixed(3)} ${within(ratio, 1.05)}`);
  return ratio <= 1.05;
};

/** Orders over HTTP. */
const timeServed: Part = async ({ quick }) => {
  say("Starting the shop and serving orders over HTTP ...\n");
  const served = await measureServed(quick ? 60 : 300, 40);
  const isolated = quick ? undefined : await measureServed(300, 40, ["--isolated"]);
  const dir = mkdtempSync(join(tmpdir(), "petstore-bench-"));
  const kept = quick
    ? undefined
    : await measureServed(300, 40, ["--persist", dir]).finally(() =>
        rmSync(dir, { recursive: true, force: true }),
      );
  const raw = await measureTransactRate(20_000);
  print("\nThis machine (absolute figures are this machine's, at this moment)");
  print(`  npm start, installed, to ready      ${(served.readyMs / 1000).toFixed(1)} s`);
  print(`  ... to the first order's end        ${(served.firstOrderMs / 1000).toFixed(1)} s`);
  print(`  orders per second, served           ${number(served.ordersPerSecond)}`);
  if (isolated) print(`  ... with --isolated                 ${number(isolated.ordersPerSecond)}`);
  if (kept) print(`  ... with --persist                  ${number(kept.ordersPerSecond)}`);
  print(`  raw transactions of the engine      ${Math.round(raw)} per second`);
  print(`  orders as a share of those          ${number((100 * served.ordersPerSecond) / raw)} %`);
  print("  CPU of an order, served");
  for (const { who, ms } of served.cpu) print(`    ${who.padEnd(34)}${number(ms)} ms`);
  print(`    an engine's transaction, raw      ${number(1000 / raw)} ms`);
  if (served.idleMb && served.busyMb)
    print(
      `  memory after the first / last order ${Math.round(served.idleMb)} / ${Math.round(served.busyMb)} MB`,
    );
  return true;
};

/** What many customers see who order as fast as they are let. */
const meetCrowd: Part = async ({ quick }) => {
  const seconds = quick ? 8 : 20;
  say(`Letting 64 customers order for ${seconds} s, as fast as the shop lets them ...\n`);
  const crowd = await measureCrowd(64, seconds);
  const { accepted, acceptedPerSecond, refused, mostWaiting, p50Ms, p95Ms } = crowd;
  print("\n64 customers who order as fast as they are let");
  print(
    `  accepted                            ${accepted} orders, ${number(acceptedPerSecond)} a second; ${refused} times "too many requests"`,
  );
  print(
    `  refused webhooks                    ${crowd.refusedWebhooks} ${within(crowd.refusedWebhooks, 0)}`,
  );
  print(
    `  invocations without room            ${crowd.refusedInvocations} ${within(crowd.refusedInvocations, 0)}`,
  );
  print(`  orders that waited at once, at most ${mostWaiting}`);
  print(`  accepted to CONFIRMED, the median   ${Math.round(p50Ms)} ms`);
  print(
    `  ... 95 of 100 within                ${Math.round(p95Ms)} ms ${within(p95Ms, 3_000, "ms")}`,
  );
  return crowd.refusedWebhooks + crowd.refusedInvocations === 0 && p95Ms <= 3_000;
};

/** How one shop grows with its orders. */
const liveLong: Part = async ({ long }) => {
  const ages = long ? [2_000, 20_000, 100_000] : [2_000, 20_000];
  const last = ages.at(-1) as number;
  say(`Letting one shop live through ${last} orders ...\n`);
  const [young, ...older] = await measureLongLife(ages, progressOf(last));
  if (!young) throw new Error("Nothing was measured");
  print("\nOne shop, in one process, on the virtual clock");
  print(
    "  orders    resident   CPU an order   longest pause   writes, units, reads, events, transitions",
  );
  for (const { orders, residentMb, cpuMs, longestPauseMs, counts } of [young, ...older])
    print(
      `  ${String(orders).padEnd(8)}${`${Math.round(residentMb)} MB`.padStart(10)}${`${number(cpuMs)} ms`.padStart(15)}${`${Math.round(longestPauseMs)} ms`.padStart(16)}   ${BUDGETS.map(([name]) => number(counts[name])).join(", ")}`,
    );
  const [middle, old] = older;
  const grown = (middle?.residentMb ?? 0) / young.residentMb;
  print(`  resident size at 20,000 against that at 2,000: ${number(grown)} ${within(grown, 1.5)}`);
  if (old)
    print(`  ... at 100,000: ${Math.round(old.residentMb)} MB ${within(old.residentMb, 1_500)}`);
  return grown <= 1.5 && (old?.residentMb ?? 0) <= 1500;
};

/** How long it takes to go back in time. */
const turnBack: Part = async ({ quick }) => {
  const orders = quick ? 200 : 1_000;
  say(`Letting a shop take ${orders} orders, and going back through all of them ...\n`);
  const { longestMs, keepMs, moments } = await measureRewind(orders, progressOf(orders));
  print(`\nBack in time, with ${orders} orders in the shop`);
  print(`  moments that are kept               ${moments}`);
  print(`  to keep one, between two decisions  ${number(keepMs)} ms`);
  print(
    `  to go back to one, the longest      ${Math.round(longestMs)} ms ${within(longestMs, 200, "ms")}`,
  );
  return longestMs <= 200;
};

/** How long somebody waits while others order, of a shop with these options. */
const findPauses = async (how: string, options: string[]): Promise<boolean> => {
  say(`Serving 20,000 orders ${how} ...\n`);
  print(`\nThe longest that a client waits while 16 others place orders, ${how}`);
  const seen = await measurePauses([2_000, 20_000], 16, progressOf(20_000), options);
  for (const { orders, longestMs, noticed, residentMb } of seen)
    print(
      `  up to order ${String(orders).padEnd(6)} ${String(Math.round(longestMs)).padStart(5)} ms ${within(longestMs, NOTICED, "ms")}; longer than that ${noticed} times; resident ${residentMb ? Math.round(residentMb) : "?"} MB`,
    );
  printLoad();
  return seen.every(({ longestMs }) => longestMs <= NOTICED);
};

const findPausesInMemory: Part = () => findPauses("in memory", []);

const findPausesOfKept: Part = async () => {
  const dir = mkdtempSync(join(tmpdir(), "petstore-bench-"));
  try {
    return await findPauses("with --persist", ["--persist", dir]);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
};

/** What people notice of the pages, counted in a browser. */
const openPages: Part = async ({ quick }) => {
  const { hasBrowser, measurePages } = await import("../bench/pages.ts");
  print("\nThe pages, in this machine's Chromium");
  if (!hasBrowser) {
    print("  skipped: no Chromium here; install Debian's, or name one in CHROMIUM");
    return true;
  }
  say("Opening the shop and its console in a browser ...\n");
  const figures = await measurePages({ quick });
  const { sizes, strangers, paints, entries, idle, lists, arriving, watching } = figures;
  const line = (what: string, text: string) => print(`  ${what.padEnd(46)}${text}`);
  const drawn = ({ perSecond, longestMs, cpuMs }: Frames, budget = true) =>
    `${perSecond.toFixed(0)} frames/s${budget ? ` (budget 30)${perSecond < 30 ? "   UNDER BUDGET" : ""}` : ""}, ${cpuMs.toFixed(1)} ms CPU each, ${longestMs.toFixed(0)} ms the longest wait`;

  const all = sizes.reduce((sum, { kb }) => sum + kb, 0);
  for (const { page, kb } of sizes) line(`${page}, packed`, `${number(kb)} KB`);
  line("... together", `${number(all)} KB ${within(all, 120, "KB")}`);
  line("requests to other hosts", `${strangers.length} ${within(strangers.length, 0)}`);
  for (const { page, ms } of paints)
    line(`first paint of the ${page}`, `${ms.toFixed(0)} ms ${within(ms, 1000, "ms")}`);
  line("an empty page, as a yardstick", drawn(idle, false));
  print(`  with ${entries} entries in the trace`);
  for (const { what, frames } of lists) line(`  ${what}`, drawn(frames));
  print("  while orders arrive, replayed");
  for (const { what, perSecond, frames } of arriving)
    line(`  ${what}`, `${drawn(frames)}; ${perSecond.toFixed(0)} orders/s`);
  print("  what an open console costs the shop, in rounds by turns with one that nobody watches");
  const couldBeApart = watching.some(({ apart }) => apart);
  for (const { screen, apart, cpuRatio, rateRatio, cpuMs, browserMs } of watching) {
    // A browser that shares the shop's cores takes from it whatever it draws: that is shown, and no budget of ours.
    const counts = apart === couldBeApart;
    line(
      `  ${screen}, ${apart ? "browser on a core of its own" : "on the shop's cores"}`,
      `CPU of an order ${cpuRatio.toFixed(3)} of ${cpuMs.toFixed(1)} ms ${counts ? within(cpuRatio, 1.1) : ""}`,
    );
    line(
      "",
      `orders a second ${rateRatio.toFixed(3)}${counts ? ` (budget 0.9)${rateRatio < 0.9 ? "   UNDER BUDGET" : ""}` : ""}; the browser took ${browserMs.toFixed(0)} ms a second`,
    );
  }
  printLoad();
  const drawnWell = [...lists, ...arriving].every(({ frames }) => frames.perSecond >= 30);
  return (
    all <= 120 &&
    strangers.length === 0 &&
    paints.every(({ ms }) => ms <= 1000) &&
    drawnWell &&
    watching.every(
      ({ apart, cpuRatio, rateRatio }) =>
        apart !== couldBeApart || (cpuRatio <= 1.1 && rateRatio >= 0.9),
    )
  );
};

/** What would be uploaded. */
const sizeBundles: Part = async () => {
  print("\nBundles as SST's esbuild makes them, KB");
  const bundler = bundlerOf("aws", code);
  const files = globSync("services/*/src/handlers/*.ts", { cwd: repositoryRoot });
  const bundles = await Promise.all(files.map((file) => bundler.bundle(file)));
  for (const { file, bytes } of bundles.sort((a, b) => b.bytes - a.bytes))
    print(
      `  ${String(Math.round(bytes / 1000)).padStart(4)}  ${file.replace("/src/handlers", "")}`,
    );
  return true;
};

const parts: Record<string, { run: Part; quick: boolean }> = {
  order: { run: countOrder, quick: true },
  call: { run: timeCalls, quick: true },
  inline: { run: timeInline, quick: true },
  trace: { run: timeRecording, quick: false },
  served: { run: timeServed, quick: true },
  crowd: { run: meetCrowd, quick: false },
  bundles: { run: sizeBundles, quick: true },
  rewind: { run: turnBack, quick: false },
  life: { run: liveLong, quick: false },
  pauses: { run: findPausesInMemory, quick: false },
  kept: { run: findPausesOfKept, quick: false },
  pages: { run: openPages, quick: false },
};

const bench = async (options: Options, only: string | undefined): Promise<boolean> => {
  if (only !== undefined && !parts[only])
    throw new CannotStart(
      `There is no part "${only}"; there are ${Object.keys(parts).join(", ")}.`,
    );
  let held = true;
  for (const [name, { run, quick }] of Object.entries(parts))
    if (only === undefined ? quick || !options.quick : only === name)
      held = (await run(options)) && held;
  return held;
};

try {
  const options = {
    quick: { type: "boolean", default: false },
    long: { type: "boolean", default: false },
    only: { type: "string" },
    help: { type: "boolean" },
  } as const;
  const { values } = parseArgs({ options });
  if (values.help) print(help);
  else process.exitCode = (await bench(values, values.only)) ? 0 : 1;
} catch (error) {
  const usage =
    error instanceof CannotStart || (error as { code?: string }).code?.startsWith("ERR_PARSE_ARGS");
  say(`${usage ? (error as Error).message.split(". ")[0] : ((error as Error).stack ?? error)}\n`);
  process.exitCode = usage ? 2 : 1;
}
