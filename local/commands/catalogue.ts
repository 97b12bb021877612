import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { CannotStart } from "emulator/kernel/refusals";
import { catalogueFiles, FOLDER } from "../catalogue/files.ts";
import { runShop } from "../catalogue/run.ts";
import { endOn, goOnUnread, optionsOf } from "../command-line.ts";
import { repositoryRoot, shopGraph } from "../repository.ts";

const help = `Writes the catalogue: docs/catalogue (events, services, pictures, AsyncAPI) and catalog-info.yaml, of the contracts, the graph, and
a run of the shop on a virtual clock. It takes some ten seconds.

npm run catalogue
  --check    write nothing: say what is stale, with exit code 1
  --help     this text
`;

const command = async () => {
  const { values, positionals } = optionsOf({
    args: process.argv.slice(2),
    allowPositionals: true,
    options: { help: { type: "boolean", short: "h" }, check: { type: "boolean" } },
  });
  goOnUnread();
  if (values.help) return void process.stdout.write(help);
  if (positionals.length > 0) throw new CannotStart("It takes no names. Try --help.");
  const files = catalogueFiles(shopGraph(), await runShop());
  const path = (file: string) => join(repositoryRoot, file);
  const gone = globSync(`${FOLDER}/services/*.md`, { cwd: repositoryRoot })
    .map((file) => file.replaceAll("\\", "/"))
    .filter((file) => !files.has(file));
  const stale = [...files].filter(
    ([file, text]) => !existsSync(path(file)) || readFileSync(path(file), "utf8") !== text,
  );
  const names = [...stale.map(([file]) => file), ...gone];
  if (values.check) {
    for (const name of names) process.stderr.write(`${name} is stale: run \`npm run catalogue\`\n`);
    process.exitCode = names.length > 0 ? 1 : 0;
    return;
  }
  for (const [file, text] of stale) {
    mkdirSync(dirname(path(file)), { recursive: true });
    writeFileSync(path(file), text);
  }
  for (const file of gone) rmSync(path(file));
  process.stdout.write(
    `${files.size} files, of which ${names.length} were written or removed: ${FOLDER}, catalog-info.yaml\n`,
  );
};

command().catch(endOn);
