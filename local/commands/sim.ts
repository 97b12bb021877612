import { relative } from "node:path";
import { endOn, goOnUnread } from "../command-line.ts";
import { shopGraph } from "../repository.ts";
import { help, type Options, readOptions } from "../sim/options.ts";
import { type Plan, planOf } from "../sim/plan.ts";
import { readPlan, writePlan } from "../sim/plan-file.ts";
import { progressOf } from "../sim/progress.ts";
import { unreached } from "../sim/reached.ts";
import { replay } from "../sim/replay.ts";
import { shrink } from "../sim/shrink.ts";
import { simulate } from "../sim/simulate.ts";
import type { Asked, Ran } from "../sim/worker.ts";
import { type Died, startWorkers } from "../sim/workers.ts";

const say = (text: string) => void process.stdout.write(`${text}\n`);
const here = (file: string) => relative(process.cwd(), file);

/** Tells a run again, and where to look at it. Answers whether a promise was broken. */
const tellAgain = async (plan: Plan, file: string): Promise<boolean> => {
  const { outcome, story, runFile } = await replay(plan);
  const broken = outcome.violations.length > 0;
  say(broken ? story : `Seed ${plan.seed}: every promise held. Hash ${outcome.hash}`);
  say(`Again: npm run sim -- --replay ${here(file)}`);
  say(`Look at it: npm start -- --run ${here(runFile)}`);
  return broken;
};

/** Makes a run that broke a promise as small as it can be, and tells it. */
const explain = async (seed: number, { size }: Options): Promise<void> => {
  const plan = planOf(seed, size);
  say(`Seed ${seed}: what is not needed is taken away ...`);
  const small = await shrink(plan, await simulate(plan), { ms: 180_000 });
  await tellAgain(small.plan, writePlan(small.plan));
};

const program = new URL("../sim/worker.ts", import.meta.url);

const many = async (options: Options): Promise<void> => {
  const { from, seeds, seconds, workers: count, size } = options;
  const workers = startWorkers<Asked, Ran>(program, count);
  const progress = progressOf(process.stderr, { what: "seeds", runs: seeds, seconds });
  const until =
    seconds === undefined ? Number.POSITIVE_INFINITY : performance.now() + seconds * 1000;
  const reached = new Set<string>();
  const broken: (Ran | Died<Asked>)[] = [];
  let [given, done, orders, faults, busy] = [0, 0, 0, 0, 0];
  process.once("SIGINT", () => workers.stop());
  const next = () =>
    given < seeds && performance.now() < until && broken.length < 5
      ? { seed: from + given++, size }
      : undefined;

  await workers.run(next, (ran) => {
    done += 1;
    if ("died" in ran) broken.push(ran);
    else {
      orders += ran.orders;
      faults += ran.faults;
      busy += ran.ms;
      for (const one of ran.reached) reached.add(one);
      if (ran.violations.length > 0) broken.push(ran);
    }
    progress.tell(done, broken.length);
  });
  progress.end();

  const rate = done === 0 ? 0 : (done * 1000) / Math.max(1, busy);
  say(
    `${done} seeds: ${orders} orders, ${faults} faults, ${rate.toFixed(1)} seeds a second and process.`,
  );
  const missing = unreached(shopGraph(), reached);
  if (missing.length > 0) say(`Not reached: ${missing.join(", ")}.`);
  if (broken.length === 0)
    return say(
      done < seeds && seconds === undefined
        ? "No promise was broken so far."
        : "Every promise held.",
    );
  process.exitCode = 1;
  for (const one of broken) {
    if ("died" in one)
      say(`Seed ${one.asked.seed} ended with an error that nobody caught: ${one.died}`);
    else {
      const [{ invariant, what } = { invariant: "", what: "" }] = one.violations;
      say(`Seed ${one.seed} breaks ${invariant}: ${what}`);
    }
  }
  const first = broken.find((one): one is Ran => !("died" in one));
  if (first) await explain(first.seed, options);
};

const command = async () => {
  const options = readOptions(process.argv.slice(2));
  goOnUnread();
  if (options.help) return void process.stdout.write(help);
  if (options.replay === undefined) return many(options);
  if (await tellAgain(readPlan(options.replay), options.replay)) process.exitCode = 1;
};

command().catch(endOn);
