import { createRequire } from "node:module";
import { basename, dirname, join, resolve } from "node:path";
import type { BuildOptions, Message, Metafile, Plugin, TransformOptions } from "esbuild";
import { type Patch, patching } from "./patch.ts";
import { keeping, renewedModule } from "./renewed.ts";

/**
 * What a bundle is for. `aws`: an ES module, as SST uploads it. `inline`: CommonJS that `compile` makes instances of;
 * libraries that many instances may share stay outside.
 */
export type BundleKind = "aws" | "inline";

/** What esbuild made of one handler. */
export type Built = {
  slug: string;
  contents: Uint8Array;
  exports: string[];
  /** The files that went into it, libraries aside. */
  inputs: string[];
};

/** A file that does not compile: what is wrong where, and which other files would mend it. */
export class DoesNotCompile extends Error {
  override name = "DoesNotCompile";
  /** The file that is wrong, where one is. */
  readonly place: string | undefined;
  /** What is wrong, with its place. */
  readonly what: string;
  /** Files whose change may mend it. */
  readonly sources: string[];
  constructor(file: string, root: string, error: unknown) {
    const { errors = [] } = error as { errors?: Message[] };
    const [first, ...more] = errors;
    const what = first ? sentenceOf(first) : String(error);
    super(
      `${file} does not compile: ${what}${more.length > 0 ? ` (and ${more.length} more)` : ""}`,
    );
    this.what = what;
    this.place = first?.location?.file;
    this.sources = errors.flatMap((message) => sourcesOf(root, message));
  }
}

const sentenceOf = ({ text, location }: Message) =>
  location ? `${location.file}:${location.line}: ${text}` : text;

/** The file with the fault in it, and what it imports there, or the folder of that: it may be what is missing. */
const sourcesOf = (root: string, { location }: Message): string[] => {
  if (!location) return [];
  const file = resolve(root, location.file);
  const { lineText, column, length } = location;
  const [, imported] = /^["'](\..*)["']$/.exec(lineText.slice(column, column + length)) ?? [];
  if (!imported) return [file];
  const missing = resolve(file, "..", imported);
  return [file, missing, dirname(missing)];
};

const banner = `import { createRequire as topLevelCreateRequire } from 'module';
const require = topLevelCreateRequire(import.meta.url);
import { fileURLToPath as topLevelFileUrlToPath, URL as topLevelURL } from "url"
const __filename = topLevelFileUrlToPath(import.meta.url)
const __dirname = topLevelFileUrlToPath(new topLevelURL(".", import.meta.url))`;

/** Libraries without state of their own that matters: one copy serves all instances of all functions. */
const shared = /^(@aws-sdk\/|@smithy\/|electrodb$|zod($|\/))/;

const keepSharedOutside: Plugin = {
  name: "keep-shared-outside",
  setup(build) {
    build.onResolve({ filter: shared }, ({ path, resolveDir }) => ({
      path: createRequire(join(resolveDir, "importer.js")).resolve(path),
      external: true,
    }));
  },
};

/** Has what libraries keep for an instance begin anew with each of its lives. */
const renewLibraries: Plugin = {
  name: "renew-libraries",
  setup(build) {
    const filter = new RegExp(`^(${Object.keys(keeping).join("|")})$`);
    build.onResolve({ filter }, ({ path, namespace, resolveDir }) =>
      namespace === "renewed"
        ? undefined
        : { path, namespace: "renewed", pluginData: resolveDir, sideEffects: false },
    );
    build.onLoad({ filter: /./, namespace: "renewed" }, ({ path, pluginData }) => ({
      contents: renewedModule(path),
      resolveDir: pluginData,
    }));
  },
};

/** As SST builds functions (its Node builder), so that sizes and behaviour here are those of the cloud. */
const common = {
  bundle: true,
  platform: "node",
  format: "esm",
  target: "es2024",
  mainFields: ["module", "main"],
  keepNames: true,
  external: ["sharp", "pg-native"],
  outExtension: { ".js": ".mjs" },
  outdir: "/",
  write: false,
  metafile: true,
  logLevel: "silent",
} satisfies BuildOptions;

const optionsOf: Record<BundleKind, BuildOptions> = {
  aws: { ...common, minify: true, banner: { js: banner } },
  inline: { ...common, plugins: [keepSharedOutside, renewLibraries] },
};

/** CommonJS of a bundle: what is imported is required, also later, and `importMeta` is what only modules have. */
const asCommonJs = {
  format: "cjs",
  platform: "node",
  target: common.target,
  sourcefile: "bundle.mjs", // by its name, default imports are what Node takes for them
  supported: { "dynamic-import": false },
  define: { "import.meta": "importMeta" },
  logLevel: "silent",
} satisfies TransformOptions;

/**
 * In a block of its own, code may declare what is bound outside. esbuild's helper for `export *` copies what a module
 * has of its own.
 */
const inBlock = (code: string): string =>
  `"use strict";{${code.includes("__reExport") ? "const require = requireWhole;" : ""}\n${code}}`;

/** What of a build decides over what comes out of it. */
export const recipeOf = (kind: BundleKind, external: string[]): unknown => {
  const { plugins: _, ...plain } = optionsOf[kind];
  return [
    plain,
    external,
    kind === "inline" && [
      asCommonJs,
      inBlock(""),
      String(shared),
      Object.keys(keeping).map(renewedModule),
    ],
  ];
};

/** All files that a file imports, itself included: also those of which esbuild put nothing but a number into the bundle. */
const importedBy = (entry: string, { inputs }: Metafile): string[] => {
  const found = new Set([entry]);
  for (const path of found)
    for (const imported of inputs[path]?.imports ?? [])
      if (imported.path in inputs) found.add(imported.path);
  return [...found];
};

/** Builds handlers in one run of esbuild, by their slugs. Throws esbuild's own error where one does not compile. */
const buildOnce = async (
  kind: BundleKind,
  root: string,
  external: string[],
  files: Map<string, string>,
  patches: readonly Patch[] = [],
): Promise<Built[]> => {
  const { build, transform } = await import("esbuild");
  const { plugins = [], ...plain } = optionsOf[kind];
  const options: BuildOptions = {
    ...plain,
    plugins: patches.length > 0 ? [...plugins, patching(root, patches)] : plugins,
    absWorkingDir: root,
    external: [...common.external, ...external],
  };
  const { outputFiles = [], metafile } = await build({
    ...options,
    metafile: true,
    entryPoints: Object.fromEntries([...files].map(([slug, file]) => [slug, `./${file}`])),
  });

  /** CommonJS cannot wait at its top level: such a handler becomes a function that is called at once, and a promise. */
  const waiting = async (file: string): Promise<string> => {
    const contents = `export const load = () => import(${JSON.stringify(`./${file}`)});`;
    const { outputFiles = [] } = await build({
      ...options,
      stdin: { contents, resolveDir: root },
      entryPoints: undefined,
    });
    const footer = "module.exports = module.exports.load();";
    return (await transform(outputFiles[0]?.text ?? "", { ...asCommonJs, footer })).code;
  };
  const commonJs = async (text: string, file: string): Promise<string> => {
    try {
      return inBlock((await transform(text, asCommonJs)).code);
    } catch {
      return inBlock(await waiting(file));
    }
  };

  const outputs = new Map(
    Object.entries(metafile.outputs).map(([path, output]) => [basename(path), output]),
  );
  const built = new Map(outputFiles.map((file) => [basename(file.path), file]));
  return Promise.all(
    [...files].map(async ([slug, file]): Promise<Built> => {
      const output = outputs.get(`${slug}.mjs`);
      const made = built.get(`${slug}.mjs`);
      if (!output?.entryPoint || !made) throw new Error(`${file} was not built.`);
      return {
        slug,
        contents: kind === "inline" ? Buffer.from(await commonJs(made.text, file)) : made.contents,
        exports: output.exports,
        inputs: importedBy(output.entryPoint, metafile)
          .filter((path) => !path.includes("node_modules/"))
          .map((path) => resolve(root, path)),
      };
    }),
  );
};

/** Builds handlers, with a new process of esbuild where somebody ended the one there was. */
export const buildHandlers: typeof buildOnce = async (...args) => {
  try {
    return await buildOnce(...args);
  } catch (error) {
    if (!/service (is no longer running|was stopped)/.test(String(error))) throw error;
    await (await import("esbuild")).stop();
    return buildOnce(...args);
  }
};
