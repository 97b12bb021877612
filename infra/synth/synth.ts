import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { environmentOf } from "./env.ts";
import { type Evaluation, evaluate } from "./evaluate.ts";
import { graphOf } from "./graph.ts";
import { installPlatform } from "./install.ts";

const root = join(import.meta.dirname, "..", "..");
const graphFile = join("infra", "graph.json");
const envFile = "sst-env.d.ts";

const { values: options } = parseArgs({
  options: {
    check: { type: "boolean", default: false },
    "allow-missing-handlers": { type: "boolean", default: false },
    evaluate: { type: "string" }, // the child's part: evaluate, and write what came of it to this file
  },
});

const say = (text: string) => process.stderr.write(`${text}\n`);

/** Evaluates in a process of its own: Pulumi's state is global, and its end is that of the process. */
const evaluateApart = (): Evaluation => {
  const directory = mkdtempSync(join(tmpdir(), "synth-"));
  const out = join(directory, "evaluation.json");
  try {
    const { PATH, HOME, TMPDIR } = process.env;
    const { status } = spawnSync(process.execPath, [import.meta.filename, "--evaluate", out], {
      cwd: root,
      // Nothing of the caller's AWS or SST settings may show in the graph.
      env: { PATH, HOME, TMPDIR, AWS_EC2_METADATA_DISABLED: "true" },
      stdio: ["ignore", 2, 2],
    });
    if (status !== 0) throw new Error(`The evaluation of sst.config.ts ended with ${status}`);
    return JSON.parse(readFileSync(out, "utf8"));
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

const read = (file: string) => {
  try {
    return readFileSync(join(root, file), "utf8");
  } catch {
    return "";
  }
};

const synth = () => {
  const started = Date.now();
  installPlatform(root);
  const evaluation = evaluateApart();
  const failures = evaluation.failures.filter(
    (failure) => !(options["allow-missing-handlers"] && /there is no handler/.test(failure)),
  );
  for (const failure of failures) say(`FAILURE ${failure}`);
  if (failures.length > 0) return 1;

  const graph = graphOf(evaluation);
  const files = {
    [graphFile]: `${JSON.stringify(graph, null, 2)}\n`,
    [envFile]: `${environmentOf(evaluation)}\n`,
  };
  let stale = 0;
  for (const [file, content] of Object.entries(files)) {
    if (read(file) === content) continue;
    if (options.check)
      say(`${file} is stale: run \`pnpm synth\`\n${difference(read(file), content)}`);
    else writeFileSync(join(root, file), content);
    stale += 1;
  }
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  const { resources, functions } = graph;
  say(`${resources.length} resources, ${functions.length} functions, in ${seconds} s`);
  return options.check && stale > 0 ? 1 : 0;
};

if (options.evaluate) {
  writeFileSync(options.evaluate, JSON.stringify(await evaluate(root, "local")));
  process.exit(0);
}
process.exitCode = synth();
