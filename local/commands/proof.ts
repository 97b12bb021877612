import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { runChaos } from "../chaos/chaos.ts";
import { endOn, goOnUnread } from "../command-line.ts";
import { scratch, shopGraph } from "../repository.ts";
import { commit } from "../sim/commit.ts";
import { progressOf } from "../sim/progress.ts";
import { help, type Options, readOptions } from "../sim/proof/options.ts";
import { type Part, partsOf } from "../sim/proof/parts.ts";
import {
  isWhole,
  type Killed,
  notReached,
  proofPart,
  reachedInWords,
} from "../sim/proof/report.ts";
import { runPart } from "../sim/proof/run-part.ts";
import { notBegun, type Proof, readProof, writeProof } from "../sim/proof/standing.ts";
import { writePart } from "../sim/proof-page.ts";
import type { FlowPoints } from "../sim/sweep/cases.ts";
import { flows } from "../sim/sweep/flows.ts";
import { record } from "../sim/sweep/record.ts";

const kept = join(scratch, "proof.json");
const KEEP_MS = 10_000;
const KILLS = 500;
const ORDERS = 10_000;
const CHAOS_SHARE = 10;
const say = (text: string) => void process.stdout.write(`${text}\n`);

/** Runs a part for so many seconds, and keeps what comes of it now and then. */
const prove = async (
  part: Part,
  proof: Proof,
  { workers }: Options,
  seconds: number,
  stop: AbortSignal,
): Promise<void> => {
  const standing = proof.parts[part.name] ?? notBegun();
  proof.parts[part.name] = standing;
  const { count } = part.tasks;
  if (standing.next >= count) return say(`${part.name}: was whole before.`);
  const before = standing.next + standing.ahead.length;
  const progress = progressOf(process.stderr, {
    what: `of ${part.name}`,
    ...{ runs: count - before, seconds },
  });
  let keptAt = performance.now();
  const told = () => {
    progress.tell(standing.next + standing.ahead.length - before, standing.broken.length);
    if (performance.now() - keptAt < KEEP_MS) return;
    writeProof(kept, proof);
    keptAt = performance.now();
  };
  const until = performance.now() + seconds * 1000;
  await runPart(part, standing, proof, { workers, until, stop, told });
  progress.end();
  writeProof(kept, proof);
  say(
    `${part.name}: ${standing.count} of ${part.whole} ${part.counts}; ${standing.broken.length} broken.`,
  );
};

/** Kills the served shop for so many seconds, and judges all books. Broken off, it says nothing: that takes minutes. */
const kill = async (seconds: number, stop: AbortSignal): Promise<Killed | undefined> => {
  const dir = mkdtempSync(join(tmpdir(), "petstore-proof-"));
  const orders = Math.max(20, Math.round(ORDERS * Math.min(1, seconds / 1200)));
  const brokenOff = new Promise<undefined>((resolve) =>
    stop.addEventListener("abort", () => resolve(undefined)),
  );
  const progress = progressOf(process.stderr, { what: "kills", runs: KILLS, seconds });
  try {
    const chaos = runChaos(
      {
        ...{ seed: 1, kills: KILLS, orders, sideBySide: 8, at: [] },
        ...{ zombies: 10, stoppedForMs: 3_000, dir },
      },
      ({ kills }) => progress.tell(kills, 0),
      AbortSignal.timeout(Math.round(seconds * 1000)),
    );
    const report = await Promise.race([chaos, brokenOff]);
    progress.end();
    if (!report) return void say("chaos: was broken off before its books were judged.");
    const { kills, placed, violations } = report;
    const broken = violations.map(({ invariant, what }) => `${invariant}: ${what}`);
    say(`chaos: ${kills} kills during ${placed} orders; ${broken.length} broken.`);
    return { kills, wanted: KILLS, orders: placed, broken };
  } catch (error) {
    // A shop that did not open, for one: the machine may have had too much to do. All else that was found is written down.
    progress.end();
    const [what = ""] = String(error).split("\n");
    return { kills: 0, wanted: KILLS, orders: 0, broken: [`it came to no end: ${what}`] };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
};

const proveAll = async (options: Options): Promise<void> => {
  const { hours, only, again } = options;
  const until = performance.now() + hours * 3_600_000;
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.once(signal, () => {
      stop.abort();
      process.once(signal, () => process.exit(130));
    });

  const recorded: FlowPoints[] = [];
  for (const flow of flows) recorded.push({ flow: flow.name, points: (await record(flow)).points });
  const parts = partsOf(recorded);
  const now = commit();
  const proof: Proof = again ? { commit: now, reached: [], parts: {} } : readProof(kept, now);
  const chosen = parts.filter(({ name }) => only.includes(name));
  const chaos = only.includes("chaos") ? CHAOS_SHARE : 0;
  let shares = chosen.reduce((sum, { share }) => sum + share, chaos);
  /** What a part has of the time that is left. */
  const secondsOf = (share: number) => {
    const seconds = (Math.max(0, until - performance.now()) / 1000) * (share / shares);
    shares -= share;
    return seconds;
  };
  for (const part of chosen)
    if (!stop.signal.aborted) await prove(part, proof, options, secondsOf(part.share), stop.signal);
  const killed =
    chaos > 0 && !stop.signal.aborted ? await kill(secondsOf(chaos), stop.signal) : undefined;

  if (Object.keys(proof.parts).length === 0 && !killed) return say("Nothing was measured.");
  const missing = notReached(shopGraph(), recorded, proof);
  const page = writePart("proof", proofPart(proof, parts, missing, killed));
  say(`Written: ${relative(process.cwd(), page)}`);
  const broken = [...Object.values(proof.parts), ...(killed ? [killed] : [])].flatMap(
    (one) => one.broken,
  );
  for (const what of broken) say(`Broken: ${what}`);
  const whole = isWhole(parts, proof);
  say(reachedInWords(missing, whole));
  if (broken.length > 0 || (missing.length > 0 && whole)) process.exitCode = 1;
  else say(`No promise was broken${stop.signal.aborted ? " so far" : " in what was run"}.`);
};

const command = async () => {
  const options = readOptions(process.argv.slice(2));
  goOnUnread();
  if (options.help) return void process.stdout.write(help);
  await proveAll(options);
  process.exit();
};

command().catch(endOn);
