import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CannotStart } from "emulator/kernel/refusals";
import { endOn, optionsOf } from "../command-line.ts";
import { repositoryRoot } from "../repository.ts";
import { type Measured, measure, measureByChance, median } from "../sim/mutants/measure.ts";
import { museum } from "../sim/mutants/museum.ts";
import type { Mutant } from "../sim/mutants/mutant.ts";
import { mutantsPart, rivalsPart } from "../sim/mutants/report.ts";
import { writePart } from "../sim/proof-page.ts";
import { compare, type RivalMeasured } from "../sim/rivals/compare.ts";

const help = `Puts one defect after the other into the shop, and lets the simulator find it. What was measured is kept in
docs/proof/mutants.json, from where the tests take the seed that finds each, and told in docs/proof.md. Exit code 1 when one
is not found.

  --only <names>   these mutants, with commas between them
  --starts <n>     hunt each from so many starting seeds (3)
  --most <n>       give a hunt up after so many runs (25)
  --small <n>      spend so many runs on making small what was found (60)
  --chance         instead, hunt each without what brings it about, by chance alone
  --rivals <n>     instead, let the sagas of published systems run n plans each (docs/proof/rivals.json)
  --table          write the tables of what was measured into docs/proof.md, and run nothing
  --help           this text
`;

const folder = join(repositoryRoot, "docs/proof");
const files = { mutants: join(folder, "mutants.json"), rivals: join(folder, "rivals.json") };

const read = <Value>(file: string): Value[] =>
  existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Value[]) : [];
const write = (file: string, value: unknown) => {
  mkdirSync(folder, { recursive: true });
  const part = `${file}.${process.pid}.part`;
  writeFileSync(part, `${JSON.stringify(value, null, 2)}\n`);
  renameSync(part, file);
};

const numberOf = (name: string, text: string): number => {
  if (!/^\d{1,6}$/.test(text)) throw new CannotStart(`--${name} takes a number, not "${text}".`);
  return Number(text);
};

/** Tells in docs/proof.md what was measured so far. */
const tell = () => {
  writePart("mutants", `## Defects\n\n${mutantsPart(read(files.mutants))}`);
  const rivals = read<RivalMeasured>(files.rivals);
  if (rivals.length > 0) writePart("rivals", `## Other sagas\n\n${rivalsPart(rivals)}`);
};

/** What was measured before stays, in the museum's order, but for what is measured now. */
const keep = (measured: Measured) => {
  const known = read<Measured>(files.mutants);
  const before = known.filter(({ name }) => name !== measured.name);
  const byChance = measured.byChance ?? known.find(({ name }) => name === measured.name)?.byChance;
  const place = ({ name }: Measured) => museum.findIndex((mutant) => mutant.name === name);
  const now = { ...measured, ...(byChance && { byChance }) };
  const all = [...before, now].filter((one) => place(one) >= 0);
  write(
    files.mutants,
    all.sort((a, b) => place(a) - place(b)),
  );
};

const chosen = (only: string | undefined) => {
  const found = museum.filter(({ elsewhere }) => !elsewhere);
  const names = only?.split(",") ?? found.map(({ name }) => name);
  return names.map((wanted) => {
    const found = museum.find(({ name }) => name === wanted);
    if (!found) throw new CannotStart(`There is no mutant "${wanted}".`);
    return found;
  });
};

/** Hunts a mutant by chance alone, and keeps what comes of it beside what is known of it. */
const huntByChance = async (mutant: Mutant, asked: { starts: number; most: number }) => {
  const byChance = await measureByChance(mutant, asked);
  const known = read<Measured>(files.mutants).find(({ name }) => name === mutant.name);
  if (!known) throw new CannotStart(`Measure ${mutant.name} without --chance first.`);
  keep({ ...known, byChance });
  const found = byChance.runs.map((runs) => runs ?? `more than ${asked.most}`);
  process.stdout.write(`${mutant.name}: by chance after ${found.join(", ")} runs\n`);
};

const run = async () => {
  const { values } = optionsOf({
    options: {
      only: { type: "string" },
      starts: { type: "string", default: "3" },
      most: { type: "string", default: "25" },
      small: { type: "string", default: "60" },
      chance: { type: "boolean", default: false },
      rivals: { type: "string" },
      table: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return void process.stdout.write(help);
  if (values.table) return tell();
  if (values.rivals) {
    const say = ({
      name,
      calm,
      stirred,
      runs,
    }: {
      name: string;
      calm: number;
      stirred: number;
      runs: number;
    }) =>
      process.stdout.write(`${name}: of ${runs}, ${calm} break without faults, ${stirred} with\n`);
    write(files.rivals, await compare(numberOf("rivals", values.rivals), say));
    return tell();
  }
  const starts = numberOf("starts", values.starts);
  const most = numberOf("most", values.most);
  const small = numberOf("small", values.small);
  for (const mutant of chosen(values.only)) {
    if (values.chance) {
      await huntByChance(mutant, { starts, most });
      continue;
    }
    const measured = await measure(mutant, { starts, most, small });
    keep(measured);
    const { name, runs, shows, smallest } = measured;
    const middle = median(runs);
    if (measured.seed === undefined) process.exitCode = 1;
    const story = smallest ? `; ${smallest.orders} orders, ${smallest.faults} faults` : "";
    process.stdout.write(
      `${name}: ${middle === null ? `not found in ${most} runs` : `${shows} after ${middle} runs${story}`}\n`,
    );
  }
  tell();
};

run().then(() => process.exit(), endOn);
