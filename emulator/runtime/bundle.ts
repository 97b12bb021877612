import { createHash } from "node:crypto";
import { access, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { BuildOptions, Plugin } from "esbuild";

/** A handler with everything that it imports, in one file. */
export type Bundle = {
  /** The handler's path from the repository's root. */
  file: string;
  /** Where the bundle lies. */
  path: string;
  bytes: number;
  exports: string[];
};

/** What a bundle is for. `aws`: as SST uploads it. `inline`: libraries that many instances may share stay outside. */
export type BundleKind = "aws" | "inline";

/** Builds bundles, many at once, and keeps them by content from one start to the next. */
export type Bundler = {
  /** Throws where the file is missing or does not compile. */
  bundle: (file: string) => Promise<Bundle>;
  /** Bytes of each bundle that was asked for. */
  sizes: () => Record<string, number>;
};

/** Where the code of functions is, and how it is bundled. */
export type Code = {
  /** The folder that handlers' paths are relative to. */
  root: string;
  /** The folder in which bundles are kept from one start to the next. */
  cache: string;
  /** Modules that are in no bundle, because the definition says so. */
  external?: string[];
};

const emulatorRoot = fileURLToPath(new URL("../", import.meta.url));

/** The code of the emulator itself: what runs in its threads, and the handlers of its own tests. */
export const ownCode: Code = {
  root: emulatorRoot,
  cache: join(emulatorRoot, "node_modules/.cache/emulator"),
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

/** As SST builds functions (its Node builder), so that sizes and behaviour here are those of the cloud. */
const common: BuildOptions = {
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
};

const optionsOf: Record<BundleKind, BuildOptions> = {
  aws: { ...common, minify: true, banner: { js: banner } },
  inline: { ...common, plugins: [keepSharedOutside] },
};

type CacheEntry = { key: string; inputs: Record<string, string>; bundle: Bundle };

const sha = (content: string | Uint8Array) =>
  createHash("sha256").update(content).digest("base64url").slice(0, 16);

const hashOf = async (path: string): Promise<string> => {
  try {
    return sha(await readFile(path));
  } catch {
    return "missing";
  }
};

/** Several processes may write the same bundle: each sees either none or the whole of it. */
const writeWhole = async (path: string, content: string | Uint8Array) => {
  const part = `${path}.${process.pid}.${Math.trunc(performance.now() * 1000)}.part`;
  await writeFile(part, content);
  await rename(part, path);
};

const messagesOf = (error: unknown): string => {
  const { errors } = error as { errors?: { text: string; location?: { file: string } | null }[] };
  return errors?.length
    ? errors.map(({ text, location }) => `${location?.file ?? ""}: ${text}`).join("\n")
    : String(error);
};

/** A bundler for one kind of bundle. Files asked for in one turn are built in one run of esbuild. */
export const createBundler = ({
  kind,
  code: { root, cache, external = [] },
}: {
  kind: BundleKind;
  code: Code;
}): Bundler => {
  const directory = join(cache, "bundles", kind);
  const options: BuildOptions = {
    ...optionsOf[kind],
    external: [...(common.external ?? []), ...external],
  };
  const done = new Map<string, Promise<Bundle>>();
  const finished = new Map<string, Bundle>();
  let batch: { files: string[]; built: Promise<Map<string, Bundle | Error>> } | undefined;

  const slugOf = (file: string) => file.replace(/\.\w+$/, "").replaceAll(/[^\w-]+/g, "_");

  const keyOf = async () => {
    const { plugins: _, ...plain } = options;
    const lock = await hashOf(join(root, "pnpm-lock.yaml"));
    return sha(JSON.stringify([root, kind, plain, lock]));
  };

  const fresh = async (file: string, key: string, hash: (path: string) => Promise<string>) => {
    try {
      const record: CacheEntry = JSON.parse(
        await readFile(join(directory, `${slugOf(file)}.json`), "utf8"),
      );
      if (record.key !== key) return undefined;
      await access(record.bundle.path);
      const same = await Promise.all(
        Object.entries(record.inputs).map(async ([path, was]) => (await hash(path)) === was),
      );
      return same.every(Boolean) ? record.bundle : undefined;
    } catch {
      return undefined;
    }
  };

  const buildTogether = async (
    files: string[],
    key: string,
    hash: (path: string) => Promise<string>,
  ) => {
    const { build } = await import("esbuild");
    const { outputFiles = [], metafile } = await build({
      ...options,
      absWorkingDir: root,
      entryPoints: Object.fromEntries(files.map((file) => [slugOf(file), file])),
    });
    await mkdir(directory, { recursive: true });
    const outputs = metafile?.outputs ?? {};
    const code = new Map(outputFiles.map(({ path, contents }) => [basename(path), contents]));
    const bundles = await Promise.all(
      files.map(async (file): Promise<Bundle> => {
        const [outputPath = "", output] =
          Object.entries(outputs).find(([, { entryPoint }]) => entryPoint === file) ?? [];
        const contents = code.get(basename(outputPath));
        if (!output || !contents) throw new Error(`${file} was not built.`);
        const bundle: Bundle = {
          file,
          path: join(directory, `${slugOf(file)}.${sha(contents)}.mjs`),
          bytes: contents.byteLength,
          exports: output.exports,
        };
        const own = Object.keys(output.inputs).filter((path) => !path.includes("node_modules/"));
        const inputs = Object.fromEntries(
          await Promise.all(
            own.map(async (path): Promise<[string, string]> => {
              const absolute = resolve(root, path);
              return [absolute, await hash(absolute)];
            }),
          ),
        );
        await writeWhole(bundle.path, contents);
        const record: CacheEntry = { key, inputs, bundle };
        await writeWhole(join(directory, `${slugOf(file)}.json`), JSON.stringify(record));
        return bundle;
      }),
    );
    return bundles;
  };

  const build = async (files: string[]): Promise<Map<string, Bundle | Error>> => {
    const hashes = new Map<string, Promise<string>>();
    const hash = (path: string) => {
      const known = hashes.get(path) ?? hashOf(path);
      hashes.set(path, known);
      return known;
    };
    const key = await keyOf();
    const answers = new Map<string, Bundle | Error>();
    const stale: string[] = [];
    await Promise.all(
      files.map(async (file) => {
        const bundle = await fresh(file, key, hash);
        if (bundle) answers.set(file, bundle);
        else if ((await hash(resolve(root, file))) === "missing")
          answers.set(file, new Error(`There is no file ${file}.`));
        else stale.push(file);
      }),
    );
    if (stale.length === 0) return answers;
    const buildAll = async (together: string[]) => {
      for (const bundle of await buildTogether(together, key, hash))
        answers.set(bundle.file, bundle);
    };
    try {
      await buildAll(stale.sort());
    } catch {
      // One broken handler must not take the blame off itself: build each alone to name it.
      for (const file of stale)
        await buildAll([file]).catch((error) =>
          answers.set(file, new Error(`${file} does not compile.\n${messagesOf(error)}`)),
        );
    }
    return answers;
  };

  const request = async (file: string): Promise<Bundle> => {
    if (!batch) {
      const files: string[] = [];
      const built = new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
        batch = undefined;
        return build(files);
      });
      batch = { files, built };
    }
    batch.files.push(file);
    const answer = (await batch.built).get(file);
    if (answer instanceof Error) throw answer;
    if (!answer) throw new Error(`${file} was not built.`);
    finished.set(file, answer);
    return answer;
  };

  return {
    bundle(file) {
      const known = done.get(file) ?? request(file);
      done.set(file, known);
      // A handler that was repaired may be asked for again.
      known.catch(() => done.delete(file));
      return known;
    },
    sizes: () =>
      Object.fromEntries([...finished.values()].map(({ file, bytes }) => [file, bytes]).sort()),
  };
};

const bundlers = new Map<string, Bundler>();

/** The bundler of one kind for some code. All who ask for the same in this process have the same one. */
export const bundlerOf = (kind: BundleKind, code: Code): Bundler => {
  const key = JSON.stringify([kind, code]);
  const bundler = bundlers.get(key) ?? createBundler({ kind, code });
  bundlers.set(key, bundler);
  return bundler;
};

/** Refuses a handler that its file does not export. */
export const checkExported = ({ file, exports }: Bundle, exported: string): void => {
  if (!exports.includes(exported)) throw new Error(`${file} does not export ${exported}.`);
};
