import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import { type ParseArgsConfig, parseArgs } from "node:util";
import { costPage } from "./cost-page.ts";
import { environmentOf } from "./env.ts";
import { type Evaluation, evaluate } from "./evaluate.ts";
import { graphOf } from "./graph.ts";
import { inputsHash } from "./inputs.ts";
import { installPlatform } from "./install.ts";
import { refusedByAws } from "./limits.ts";
import { LOCAL, writtenOf } from "./written.ts";

const optionsOf = <T extends ParseArgsConfig>(config: T) => {
  try {
    return parseArgs(config);
  } catch (error) {
    const [sentence = ""] = (error as Error).message.split(". ");
    process.stderr.write(`${sentence}. Try --help.\n`);
    process.exit(2);
  }
};

const root = join(import.meta.dirname, "..", "..");

const help = `Evaluates sst.config.ts and infra/ with SST's own components, offline, holds every resource to what AWS takes, and writes
infra/graph.json, sst-env.d.ts, and the counts of docs/deploy.md. The first time it installs those components, which takes about a minute and 324 MB;
later some 20 seconds.

  --check           write nothing: say where the graph is stale, with exit code 1
  --stage <name>    another stage than "local", of which nothing is written: would AWS take it?
  --out <file>      write the graph there
  --help            this text
`;

const { values: options } = optionsOf({
  options: {
    help: { type: "boolean", default: false },
    check: { type: "boolean", default: false },
    stage: { type: "string", default: LOCAL },
    out: { type: "string" },
    "allow-missing-handlers": { type: "boolean", default: false },
    evaluate: { type: "string" }, // the child's part: evaluate, and write what came of it to this file
  },
});
const { stage } = options;
/** What a file is compared with, or written to. */
const written = writtenOf(stage, options.out && relative(root, resolve(options.out)));

const say = (text: string) => process.stderr.write(`${text}\n`);

const read = (file: string) => {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
};

/** Evaluates in a process of its own: Pulumi's state is global, and its end is that of the process. */
const evaluateApart = (): Evaluation => {
  const directory = mkdtempSync(join(tmpdir(), "synth-"));
  const file = join(directory, "evaluation.json");
  try {
    // Nothing of the caller's AWS or SST settings may show in our graph. Other stages are given what a deployment of them is.
    const kept = Object.entries(process.env).filter(
      ([name]) =>
        ["PATH", "HOME", "TMPDIR", "NODE_COMPILE_CACHE"].includes(name) ||
        (stage !== LOCAL && /^(?:SST_SECRET|PETSTORE)_/.test(name)),
    );
    const { stdout, stderr } = spawnSync(
      process.execPath,
      [import.meta.filename, "--stage", stage, "--evaluate", file],
      {
        cwd: root,
        encoding: "utf8",
        env: { ...Object.fromEntries(kept), AWS_EC2_METADATA_DISABLED: "true" },
      },
    );
    // Where something failed, Pulumi ends the process with a code and a warning of its own; what counts is the file.
    const written = read(file);
    if (!written) throw new Error(`sst.config.ts cannot be evaluated.\n${stdout}${stderr}`);
    return JSON.parse(written);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
};

/** The first lines in which a file differs from what it should be. */
const difference = (is: string, should: string): string => {
  const [a, b] = [is.split("\n"), should.split("\n")];
  const at = a.findIndex((line, i) => line !== b[i]);
  const from = Math.max(0, at < 0 ? a.length : at);
  const show = (sign: string, lines: string[]) =>
    lines.slice(from, from + 5).map((line) => `    ${sign} ${line}`);
  return [`  line ${from + 1}:`, ...show("-", a), ...show("+", b)].join("\n");
};

const synth = () => {
  const started = Date.now();
  installPlatform(root);
  const evaluation = evaluateApart();
  const failures = evaluation.failures.filter(
    (failure) => !(options["allow-missing-handlers"] && /there is no handler/.test(failure)),
  );
  for (const failure of new Set(failures)) say(`FAILURE ${failure}`);
  if (failures.length > 0) return 1;
  const refused = refusedByAws(evaluation.resources);
  for (const what of refused) say(`AWS would refuse ${what}`);
  if (refused.length > 0) return 1;

  const graph = graphOf(evaluation, inputsHash());
  const files: [name: string | undefined, made: (was: string) => string][] = [
    [written.graph, () => `${JSON.stringify(graph, null, 2)}\n`],
    [written.environment, () => `${environmentOf(evaluation)}\n`],
    [written.costs, (page) => costPage(page, graph)],
  ];
  const stale = files.flatMap(([name, made]) => {
    if (name === undefined) return [];
    const file = join(root, name);
    const content = made(read(file));
    return read(file) === content ? [] : [[file, content] as const];
  });
  for (const [file, content] of stale) {
    const name = relative(root, file);
    if (options.check)
      say(`${name} is stale: run \`npm run synth\`\n${difference(read(file), content)}`);
    else writeFileSync(file, content);
  }
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  const { resources, functions } = graph;
  say(`${resources.length} resources, ${functions.length} functions, in ${seconds} s`);
  return options.check && stale.length > 0 ? 1 : 0;
};

if (options.help) {
  process.stdout.write(help);
  process.exit(0);
}
if (options.evaluate) {
  writeFileSync(options.evaluate, JSON.stringify(await evaluate(root, stage)));
  process.exit(0);
}
try {
  process.exitCode = synth();
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
