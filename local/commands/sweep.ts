import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { endOn, goOnUnread } from "../command-line.ts";
import { repositoryRoot } from "../repository.ts";
import { commit } from "../sim/commit.ts";
import { writePlan } from "../sim/plan-file.ts";
import { progressOf } from "../sim/progress.ts";
import { writePart } from "../sim/proof-page.ts";
import { replay } from "../sim/replay.ts";
import { shrink } from "../sim/shrink.ts";
import { simulate } from "../sim/simulate.ts";
import { tellFault } from "../sim/story.ts";
import { type Case, mixed, pairsOf, singlesOf, triplesOf } from "../sim/sweep/cases.ts";
import { help, type Options, readOptions } from "../sim/sweep/options.ts";
import { record } from "../sim/sweep/record.ts";
import { type Sweeps, type Swept, sweepPart } from "../sim/sweep/report.ts";
import { type CaseRan, planOfCase } from "../sim/sweep/run-case.ts";
import { tallyOf } from "../sim/sweep/tally.ts";
import { type Died, startWorkers } from "../sim/workers.ts";

const say = (text: string) => void process.stdout.write(`${text}\n`);
const here = (file: string) => relative(process.cwd(), file);
const program = new URL("../sim/sweep/worker.ts", import.meta.url);
const kept = join(repositoryRoot, "docs", "proof", "sweep.json");

const keep = (kind: Options["kind"], swept: Swept): void => {
  const before: Sweeps = existsSync(kept) ? JSON.parse(readFileSync(kept, "utf8")) : {};
  const sweeps = { ...before, [kind]: swept };
  mkdirSync(join(kept, ".."), { recursive: true });
  writeFileSync(kept, `${JSON.stringify(sweeps, undefined, 2)}\n`);
  say(`Written: ${here(writePart("sweep", sweepPart(sweeps)))}`);
};

const inWords = ({ flow, faults }: Case) => `${flow}: ${faults.map(tellFault).join("; ")}`;

/** Makes a case that broke a promise as small as it can be, and tells it. */
const explain = async (broken: Case): Promise<void> => {
  const plan = planOfCase(broken);
  const small = await shrink(plan, await simulate(plan), { most: 40, ms: 120_000 });
  const file = writePlan(small.plan, `sweep-${broken.flow}.json`);
  const { story, runFile } = await replay(small.plan);
  say(story);
  say(`Again: npm run sim -- --replay ${here(file)}`);
  say(`Look at it: npm start -- --run ${here(runFile)}`);
};

/** All points of the flows that were asked for. */
const pointsOf = async ({ flows }: Options) => {
  const recorded = [];
  for (const flow of flows) {
    const { points, outcome } = await record(flow);
    recorded.push({ flow: flow.name, points });
    if (outcome.violations.length === 0) continue;
    // It breaks without any fault: there is no point in striking it.
    await explain({ flow: flow.name, faults: [] });
    process.exitCode = 1;
    return undefined;
  }
  return recorded;
};

const sweep = async (options: Options): Promise<void> => {
  const { kind, seconds, triples, workers: processes } = options;
  const recorded = await pointsOf(options);
  if (!recorded) return;
  const all = { singles: singlesOf, pairs: pairsOf, triples: triplesOf }[kind](recorded, triples);
  const cases = mixed(all);
  const points = recorded.reduce((sum, flow) => sum + flow.points.length, 0);
  say(`${recorded.length} flows pass ${points} I/O points: ${cases.count} ${kind}.`);

  const workers = startWorkers<Case, CaseRan>(program, processes);
  const progress = progressOf(process.stderr, { what: kind, runs: cases.count, seconds });
  const tally = tallyOf(recorded, all);
  const broken: (CaseRan | Died<Case>)[] = [];
  const began = performance.now();
  const until = seconds === undefined ? Number.POSITIVE_INFINITY : began + seconds * 1000;
  let [given, done, busy, unmet] = [0, 0, 0, 0];
  process.once("SIGINT", () => workers.stop());
  const next = () =>
    given < cases.count && performance.now() < until && broken.length < 20
      ? cases.at(given++)
      : undefined;
  await workers.run(next, (ran) => {
    done += 1;
    if ("died" in ran) {
      broken.push(ran);
      tally.add(ran.asked);
    } else {
      busy += ran.ms;
      if (!ran.met) unmet += 1;
      tally.add(ran);
      if (ran.violations.length > 0) broken.push(ran);
    }
    progress.tell(done, broken.length);
  });
  progress.end();

  const ms = done === 0 ? 0 : busy / done;
  say(
    `${done} of ${cases.count} ${kind} were run, ${done - broken.length} recovered; ${ms.toFixed(0)} ms of a processor each.`,
  );
  if (unmet > 0) say(`In ${unmet} of them one fault kept the order from the point of another.`);
  if (options.write) {
    const took = (performance.now() - began) / 1000;
    keep(kind, {
      ...{ commit: commit(), seconds: took, processorSeconds: busy / 1000 },
      flows: tally.rows(),
    });
  }
  if (broken.length === 0) return say("Every promise held.");
  process.exitCode = 1;
  for (const one of broken) {
    if ("died" in one)
      say(`${inWords(one.asked)}: ended with an error that nobody caught: ${one.died}`);
    else say(`${inWords(one)}: breaks ${one.violations[0]?.invariant}: ${one.violations[0]?.what}`);
  }
  const first = broken.find((one): one is CaseRan => !("died" in one));
  if (first) await explain(first);
};

const command = async () => {
  const options = readOptions(process.argv.slice(2));
  goOnUnread();
  if (options.help) return void process.stdout.write(help);
  await sweep(options);
};

command().catch(endOn);
