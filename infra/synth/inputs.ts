import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { sstVersion } from "./install.ts";

const repository = join(import.meta.dirname, "..", "..");

/** The program, and what makes the graph of what it declares. */
const entryPoints = ["sst.config.ts", "infra/synth/evaluate.ts", "infra/synth/graph.ts"];

/** What makes the hash: this file, and where the version of esbuild stands. */
const makers = ["infra/synth/inputs.ts", "emulator/package.json"];

/** What the graph depends on: as one hash, and the files that it was made from. */
type Inputs = { hash: string; files: string[] };

/**
 * The code that is left of the program without comments, spaces and what nothing uses, and the version of SST. A ladder, a
 * contract's name or a permission counts; an e-mail's wording in a file that infra/ takes a name from does not.
 */
const bundle = (root: string): Inputs => {
  const esbuild = createRequire(join(repository, "emulator", "package.json"))("esbuild");
  const { outputFiles, metafile } = esbuild.buildSync({
    absWorkingDir: root,
    entryPoints,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "es2024",
    tsconfigRaw: "{}", // what tells the compiler how strict to be says nothing of the graph
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: "none",
    external: ["zod", "zod/*", "ulid", "@pulumi/*"],
    outdir: "/",
    write: false,
    metafile: true,
    logLevel: "silent",
  });
  const hash = createHash("sha256").update(sstVersion(root));
  for (const { text } of outputFiles) hash.update("\n").update(text);
  return { hash: hash.digest("hex"), files: [...Object.keys(metafile.inputs), ...makers].sort() };
};

/** A fingerprint of names, sizes and times: the same where no file was touched, without reading one. */
const stamps = (root: string, files: string[]): string =>
  files
    .map((file) => {
      const { mtimeMs, size } = statSync(join(root, file), { throwIfNoEntry: false }) ?? {};
      return `${file} ${mtimeMs} ${size}`;
    })
    .join("\n");

/** The hash that goes into the graph. Reads all that it depends on, unless nothing was touched since the last time. */
export const inputsHash = (root = repository): string => {
  const noted = join(root, ".petstore", "graph-inputs.json");
  const sst = sstVersion(root);
  try {
    const known = JSON.parse(readFileSync(noted, "utf8"));
    if (known.sst === sst && known.stamps === stamps(root, known.files)) return known.hash;
  } catch {
    // not written yet
  }
  const { hash, files } = bundle(root);
  try {
    mkdirSync(join(root, ".petstore"), { recursive: true });
    writeFileSync(noted, JSON.stringify({ sst, hash, files, stamps: stamps(root, files) }));
  } catch {
    // only slower the next time
  }
  return hash;
};

/** Whether a graph says that it was made of what is here, in a sentence that says what to do; undefined when it was. */
export const staleness = (graph: { inputs?: string }, root = repository): string | undefined => {
  let hash: string;
  try {
    hash = inputsHash(root);
  } catch (error) {
    return `infra/ does not compile: ${(error as Error).message}`;
  }
  if (hash === graph.inputs) return undefined;
  return "infra/ or a saga changed since infra/graph.json was made of them: run `npm run synth`.";
};
