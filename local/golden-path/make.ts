import { globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { edit } from "./edit.ts";
import { type Heard, type NewService, pascal } from "./names.ts";

/** The service that reads as what is made: a context called loyalty that hears OrderConfirmed. */
const TEMPLATE = join(import.meta.dirname, "service");

const renamed = (text: string, name: string) =>
  text.replaceAll("loyalty", name).replaceAll("Loyalty", pascal(name));

/** What a context listens to, as the file says it. */
const heardText = (hears: readonly Heard[]) => {
  const byFile = Map.groupBy(hears, ({ file }) => file);
  const imports = [...byFile].map(([file, its]) => {
    const module = file.replace("packages/events/src/", "@petstore/events/").replace(/\.ts$/, "");
    return `import { ${its
      .map(({ name }) => name)
      .sort()
      .join(", ")} } from "${module}";`;
  });
  const names = hears.map(({ name }) => name).join(", ");
  return `${imports.sort().join("\n")}\n\n/** What this context listens to. */\nexport const heard = [${names}] as const;\n`;
};

/** All files of a new service, from the root. */
const filesOf = ({ name, hears }: NewService): Map<string, string> => {
  const files = new Map<string, string>();
  for (const file of globSync("**/*.tmpl", { cwd: TEMPLATE })) {
    const text = renamed(readFileSync(join(TEMPLATE, file), "utf8"), name);
    files.set(renamed(file.replaceAll("\\", "/").replace(/\.tmpl$/, ""), name), text);
  }
  files.set(`services/${name}/src/domain/heard.ts`, heardText(hears));
  return files;
};

/** Who hears an event is reviewed in one list. */
const editHearers = (root: string, { name, hears }: NewService) => {
  const path = join(root, "infra/who-hears-what.json");
  const list: Record<string, string[]> = JSON.parse(readFileSync(path, "utf8"));
  for (const { type } of hears) list[type] = [...(list[type] ?? []), pascal(name)].sort();
  list[`${name}.${pascal(name)}Noted.v1`] = [];
  writeFileSync(path, `${JSON.stringify(list, null, 2)}\n`);
};

/** The packages of a new service are those of inventory: the lock file says so without being asked to resolve anything. */
const editLock = (root: string, name: string) => {
  const path = join(root, "pnpm-lock.yaml");
  const text = readFileSync(path, "utf8");
  const [block] = /^ {2}services\/inventory:\r?\n(?: {4}.*\r?\n)+\r?\n/m.exec(text) ?? [];
  if (!block) throw new Error("pnpm-lock.yaml has no importer services/inventory.");
  const importers = [...text.matchAll(/^ {2}services\/([\w-]+):$/gm)];
  const next = importers.find(([, other = ""]) => other > name);
  const after = importers.at(-1)?.[0] as string;
  const place = next ? text.indexOf(next[0]) : text.indexOf("\n\n", text.indexOf(after)) + 2;
  const mine = block.replace("services/inventory", `services/${name}`);
  writeFileSync(path, text.slice(0, place) + mine + text.slice(place));
};

/** Writes a new service into a checkout, and what the others have to know of it. Answers the files that are its own. */
export const makeService = (root: string, service: NewService): string[] => {
  const { name, owner } = service;
  const files = filesOf(service);
  for (const [file, text] of files) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  }
  const catalogue = "packages/events/src/catalogue.ts";
  edit(root, catalogue, "\n] as const", `\n  ...${name}Events,\n] as const`);
  edit(
    root,
    catalogue,
    "import { OrderPlacedV1",
    `import { ${name}Events } from "./${name}.ts";\nimport { OrderPlacedV1`,
  );
  edit(
    root,
    "sst.config.ts",
    "    allRoutesAreDeclared();",
    `    await import("./infra/${name}.ts");\n    allRoutesAreDeclared();`,
  );
  editHearers(root, service);
  editLock(root, name);
  const owners = join(root, ".github/CODEOWNERS");
  const mine = [`/services/${name}/`, `/infra/${name}.ts`, `/packages/events/src/${name}.ts`];
  writeFileSync(
    owners,
    `${readFileSync(owners, "utf8")}${mine.map((path) => `${path} ${owner}\n`).join("")}`,
  );
  return [...files.keys()].sort();
};
