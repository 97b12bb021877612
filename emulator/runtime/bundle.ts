import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { type BundleKind, buildHandlers, DoesNotCompile, recipeOf } from "./build.ts";
import { type Bundle, bundleStore, type Hash, hashing, sha, slugOf } from "./bundle-store.ts";
import { handlerPathFault } from "./handler-path.ts";
import type { Patch } from "./patch.ts";

/** Builds bundles, many at once, and keeps them by content from one start to the next. */
export type Bundler = {
  /** Throws where the path leads out of the root, the file is missing or does not compile. */
  bundle: (file: string) => Promise<Bundle>;
  /** Looks at the files again, where `bundle` answers what it answered before. */
  again: (file: string) => Promise<Bundle>;
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
  /** What is other in it, for a test. Nothing that is uploaded is built with any. */
  patches?: readonly Patch[];
};

const emulatorRoot = fileURLToPath(new URL("../", import.meta.url));

/** The code of the emulator itself: what runs in its threads, and the handlers of its own tests. */
export const ownCode: Code = {
  root: emulatorRoot,
  cache: join(emulatorRoot, "node_modules/.cache/emulator"),
};

const extensions: Record<BundleKind, string> = { aws: ".mjs", inline: ".cjs" };

type Answers = Map<string, Bundle | Error>;

/** A bundler for one kind of bundle. Files asked for in one turn are built in one run of esbuild. */
export const createBundler = ({ kind, code }: { kind: BundleKind; code: Code }): Bundler => {
  const { root, cache, external = [], patches = [] } = code;
  const folder = patches.length > 0 ? join("patched", sha(JSON.stringify(patches))) : "";
  const store = bundleStore(root, join(cache, "bundles", folder, kind), extensions[kind]);
  const done = new Map<string, Promise<Bundle>>();
  const finished = new Map<string, Bundle>();
  let batch: { files: Set<string>; built: Promise<Answers> } | undefined;

  const buildInto = async (answers: Answers, files: string[], key: string, hash: Hash) => {
    const slugs = new Map(files.map((file) => [slugOf(file), file]));
    for (const built of await buildHandlers(kind, root, external, slugs, patches)) {
      const file = slugs.get(built.slug) as string;
      answers.set(file, await store.keep(file, built, key, hash));
    }
  };

  const build = async (files: string[]): Promise<Answers> => {
    const hash = hashing();
    const lock = await hash(join(root, "pnpm-lock.yaml"));
    const key = sha(JSON.stringify([root, kind, recipeOf(kind, external), lock]));
    const answers: Answers = new Map();
    const stale: string[] = [];
    await Promise.all(
      files.map(async (file) => {
        const fault = await handlerPathFault(root, file);
        if (fault) return answers.set(file, new Error(fault));
        const bundle = await store.find(file, key, hash);
        return bundle ? answers.set(file, bundle) : stale.push(file);
      }),
    );
    if (stale.length === 0) return answers;
    try {
      await buildInto(answers, stale.sort(), key, hash);
    } catch {
      // One broken handler must not take the blame off itself: build each alone to name it.
      for (const file of stale)
        await buildInto(answers, [file], key, hash).catch((error) =>
          answers.set(file, "errors" in error ? new DoesNotCompile(file, root, error) : error),
        );
    }
    await store.prune();
    return answers;
  };

  const request = async (file: string): Promise<Bundle> => {
    if (!batch) {
      const files = new Set<string>();
      const built = new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
        batch = undefined;
        return build([...files]);
      });
      batch = { files, built };
    }
    batch.files.add(file);
    const answer = (await batch.built).get(file);
    if (answer instanceof Error) throw answer;
    if (!answer) throw new Error(`${file} was not built.`);
    finished.set(file, answer);
    return answer;
  };

  const again = (file: string): Promise<Bundle> => {
    const asked = request(file);
    done.set(file, asked);
    // A handler that was repaired may be asked for again.
    asked.catch(() => done.delete(file));
    return asked;
  };

  return {
    bundle: (file) => done.get(file) ?? again(file),
    again,
    sizes: () =>
      Object.fromEntries([...finished.values()].map(({ file, bytes }) => [file, bytes]).sort()),
  };
};

const bundlers = new Map<string, Bundler>();

/** Bundles again only what patches are in. All else is, to the file, what it is without them. */
const patchedBundler = (kind: BundleKind, { patches = [], ...code }: Code): Bundler => {
  const plain = bundlerOf(kind, code);
  const other = createBundler({ kind, code: { ...code, patches } });
  const places = new Set(patches.map(({ file }) => resolve(code.root, file)));
  const orPatched = (ask: "bundle" | "again") => async (file: string) => {
    const found = await plain[ask](file);
    if (!found.inputs.some((input) => places.has(input))) return found;
    return { ...(await other[ask](file)), patched: true };
  };
  return { ...plain, bundle: orPatched("bundle"), again: orPatched("again") };
};

/** The bundler of one kind for some code. All who ask for the same in this process have the same one. */
export const bundlerOf = (kind: BundleKind, code: Code): Bundler => {
  const key = JSON.stringify([kind, code]);
  const make = () =>
    code.patches?.length ? patchedBundler(kind, code) : createBundler({ kind, code });
  const bundler = bundlers.get(key) ?? make();
  bundlers.set(key, bundler);
  return bundler;
};

/** Refuses a handler that its file does not export. */
export const checkExported = ({ file, exports }: Bundle, exported: string): void => {
  if (!exports.includes(exported)) throw new Error(`${file} does not export ${exported}.`);
};
