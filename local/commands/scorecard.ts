import { CannotStart } from "emulator/kernel/refusals";
import { endOn, goOnUnread, optionsOf } from "../command-line.ts";
import { shopGraph } from "../repository.ts";
import { checks } from "../scorecard/checks.ts";
import { serviceNames, serviceOf } from "../scorecard/service.ts";

const help = `Says of every service what it has of what all have: owner, tests, dead letters, alarms, runbook, schemas, rights, documents.

npm run scorecard             all services
npm run scorecard -- orders   one, with what is missing and what adds it
  --help                      this text

Exit code: 1 where something is missing.
`;

const command = async () => {
  const { values, positionals } = optionsOf({
    args: process.argv.slice(2),
    allowPositionals: true,
    options: { help: { type: "boolean", short: "h" } },
  });
  goOnUnread();
  if (values.help) return void process.stdout.write(help);
  const known = serviceNames();
  const unknown = positionals.find((name) => !known.includes(name));
  if (unknown)
    throw new CannotStart(`There is no service ${unknown}; there are ${known.join(", ")}.`);
  const graph = shopGraph();
  for (const name of positionals.length > 0 ? positionals : known) {
    const service = serviceOf(name, graph);
    const found = checks.map((check) => ({ ...check, missing: check.gaps(service) }));
    const has = found.filter(({ missing }) => missing.length === 0).length;
    process.stdout.write(`${name.padEnd(18)} ${has} of ${checks.length}\n`);
    for (const { what, missing, cure } of found)
      for (const gap of missing) {
        process.stdout.write(`  ${what}: ${gap}. What adds it: ${cure.replaceAll("NAME", name)}\n`);
        process.exitCode = 1;
      }
  }
};

command().catch(endOn);
