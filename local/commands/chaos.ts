import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CannotStart } from "emulator/kernel/refusals";
import { type ChaosReport, runChaos, type Told } from "../chaos/chaos.ts";
import { points } from "../chaos/points.ts";
import { endOn, optionsOf } from "../command-line.ts";

const help = `Serves the shop in a process of its own that keeps everything, kills it with -9 again and again while customers order,
and compares in the end what the customers were told, what the payment provider took and what the warehouse has.

  --kills <n>      how many lives end by kill -9 (500)
  --orders <n>     how many orders are placed meanwhile (10000)
  --seed <n>       decides what is ordered and when it is killed (1); the moments themselves are the machine's
  --at <name,...>  kill only at these moments: ${points.map(({ name }) => name).join(", ")}
  --zombies <n>    of a hundred lives, so many are stopped for a while before they are killed (10)
  --stopped-for <s>  for how many seconds (3)
  --keep           keep the shop's directory, and say where it is
  --help           this text

Exit code 1 where something was lost. Ctrl-C ends the killing: what was begun is brought to its end and judged.
`;

const countOf = (name: string, text: string, most: number, least = 0) => {
  const count = Number(text);
  if (!/^\d+$/.test(text) || count < least || count > most)
    throw new CannotStart(`--${name} is a number from ${least} to ${most}, not "${text}".`);
  return count;
};

const readOptions = () => {
  const { values } = optionsOf({
    options: {
      kills: { type: "string", default: "500" },
      orders: { type: "string", default: "10000" },
      seed: { type: "string", default: "1" },
      at: { type: "string", default: "" },
      zombies: { type: "string", default: "10" },
      "stopped-for": { type: "string", default: "3" },
      keep: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  const at = values.at
    .split(",")
    .filter(Boolean)
    .map((name) => {
      const point = points.find((one) => one.name === name);
      if (!point) throw new CannotStart(`There is no moment "${name}". Try --help.`);
      return point;
    });
  return {
    ...{ help: values.help, keep: values.keep, at, sideBySide: 8 },
    kills: countOf("kills", values.kills, 100_000),
    orders: countOf("orders", values.orders, 1_000_000, 1),
    seed: countOf("seed", values.seed, 2 ** 32),
    zombies: countOf("zombies", values.zombies, 100),
    stoppedForMs: countOf("stopped-for", values["stopped-for"], 600) * 1000,
  };
};

const say = (text: string) => process.stderr.write(text);

/** Says how far it is: over and over in one line on a terminal, else a line a minute. */
const teller = (kills: number, orders: number) => {
  const began = performance.now();
  let last = 0;
  return ({ kills: done, answered }: Told) => {
    const now = performance.now();
    const { isTTY } = process.stderr;
    if (now - last < (isTTY ? 500 : 60_000)) return;
    last = now;
    const share = Math.min(done / Math.max(kills, 1), 1) || answered / orders;
    const left =
      share > 0 ? Math.round(((now - began) / share - (now - began)) / 60_000) : undefined;
    const line = `${done} of ${kills} kills, ${answered} of ${orders} orders answered${left === undefined ? "" : `, about ${left} min left`}`;
    say(isTTY ? `\r\x1b[K${line}` : `${line}\n`);
  };
};

const print = (
  { kills, how, placed, cancelled, violations, left }: ChaosReport,
  seconds: number,
) => {
  if (process.stderr.isTTY) say("\r\x1b[K");
  const moments = [...how].sort(([, a], [, b]) => b - a);
  process.stdout.write(
    `\n${kills} kills in ${Math.round(seconds)} s: ${moments.map(([name, count]) => `${count} ${name}`).join(", ")}.\n`,
  );
  process.stdout.write(`${placed} orders were acknowledged, ${cancelled} cancellations.\n\n`);
  for (const letters of left)
    process.stdout.write(`For a person to look at, though no order waits for it: ${letters}.\n`);
  if (violations.length === 0) {
    process.stdout.write(
      "Nothing was lost: the customers' log, the provider's ledger, the warehouse's log and all books agree.\n",
    );
    return;
  }
  for (const { invariant, what } of violations) process.stdout.write(`  ${invariant}: ${what}\n`);
  process.stdout.write(`\n${violations.length} promises are broken.\n`);
  process.exitCode = 1;
};

const chaos = async () => {
  const options = readOptions();
  if (options.help) return void process.stdout.write(help);
  const dir = mkdtempSync(join(tmpdir(), "petstore-chaos-"));
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.once(signal, () => {
      say("\nNo more kills: what was begun is brought to its end. Once more ends at once.\n");
      process.send?.("brings to its end what was begun");
      stop.abort();
      process.once(signal, () => {
        if (!options.keep) rmSync(dir, { recursive: true, force: true });
        process.exit(130);
      });
    });
  const began = performance.now();
  try {
    const report = await runChaos(
      { ...options, dir },
      teller(options.kills, options.orders),
      stop.signal,
    );
    print(report, (performance.now() - began) / 1000);
  } finally {
    if (options.keep) say(`The shop's directory is ${join(dir, "state")}.\n`);
    else rmSync(dir, { recursive: true, force: true });
  }
  process.exit();
};

chaos().catch(endOn);
