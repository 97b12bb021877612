import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { access, mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { CannotStart } from "../kernel/refusals.ts";
import type { Built } from "./build.ts";

/** A handler with everything that it imports, in one file. */
export type Bundle = {
  /** The handler's path from the repository's root. */
  file: string;
  /** Where the bundle lies. */
  path: string;
  bytes: number;
  exports: string[];
  /** The files that went into it, libraries aside. */
  inputs: string[];
  /** Whether a test has changed something in it. */
  patched?: boolean;
};

/** Hashes files, each once. */
export type Hash = (path: string) => Promise<string>;

/** Keeps bundles on the disk, by what went into them, from one start to the next. */
export type BundleStore = {
  /** The bundle of a handler, if nothing that went into it has changed. */
  find: (file: string, key: string, hash: Hash) => Promise<Bundle | undefined>;
  /** Keeps what was built. Throws CannotStart where nothing can be written. */
  keep: (file: string, built: Built, key: string, hash: Hash) => Promise<Bundle>;
  /** Takes away what nobody can need any more. */
  prune: () => Promise<void>;
};

type Entry = { key: string; inputs: Record<string, string>; bundle: Bundle };

const digest = (content: string | Uint8Array) => createHash("sha256").update(content).digest();

/** A short name for a content. */
export const sha = (content: string | Uint8Array): string =>
  digest(content).toString("base64url").slice(0, 16);

/** A file name for a path: one that can be read, is not too long, and is no other path's, capitals or not. */
export const slugOf = (file: string): string => {
  const readable = file.replace(/\.\w+$/, "").replaceAll(/[^\w-]+/g, "_");
  return `${readable.slice(-80)}-${digest(file).toString("hex").slice(0, 8)}`;
};

/** Hashes what files have in them at this time. */
export const hashing = (): Hash => {
  const hashes = new Map<string, Promise<string>>();
  const hashOf = async (path: string) => {
    try {
      return sha(await readFile(path));
    } catch {
      return "missing";
    }
  };
  return (path) => {
    const known = hashes.get(path) ?? hashOf(path);
    hashes.set(path, known);
    return known;
  };
};

/** Node's own recursive way never comes back where a folder cannot be made in one that exists (Node 24.21, /proc). */
const makeFolder = async (path: string): Promise<void> => {
  try {
    await mkdir(path);
  } catch (error) {
    const code = codeOf(error);
    if (code === "EEXIST") return;
    if (code !== "ENOENT" || existsSync(dirname(path))) throw error;
    await makeFolder(dirname(path));
    await makeFolder(path);
  }
};

/** Several processes may write the same bundle: each sees either none or the whole of it. */
const writeWhole = async (path: string, content: string | Uint8Array) => {
  const part = `${path}.${process.pid}.${Math.trunc(performance.now() * 1000)}.part`;
  try {
    await writeFile(part, content);
    await rename(part, path);
  } catch (error) {
    await rm(part, { force: true }).catch(() => {});
    throw error;
  }
};

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code ?? String(error);

/** Bundles of a handler that are kept: a process that began before the last changes may still start one. */
const generations = 3;
const day = 24 * 3600_000;

export const bundleStore = (root: string, wanted: string, extension: string): BundleStore => {
  let directory = wanted;

  const write = async (name: string, content: string | Uint8Array): Promise<string> => {
    const into = async () => {
      await makeFolder(directory);
      const path = join(directory, name);
      await writeWhole(path, content);
      return path;
    };
    try {
      return await into();
    } catch (error) {
      if (directory !== wanted) throw cannotWrite(error);
      // A checkout that is read-only, a full disk: for this once they are elsewhere.
      directory = temporary(cannotWrite(error));
      return into().catch((second) => {
        throw cannotWrite(second);
      });
    }
  };
  const cannotWrite = (error: unknown) =>
    new CannotStart(`Bundles of functions cannot be written to ${directory} (${codeOf(error)}).`);

  const prune = async () => {
    const names = await readdir(directory);
    const current = new Set<string>();
    for (const name of names.filter((one) => one.endsWith(".json"))) {
      const { bundle }: Entry = JSON.parse(await readFile(join(directory, name), "utf8"));
      const exists = await access(resolve(root, bundle.file)).then(
        () => true,
        () => false,
      );
      if (exists && name === `${slugOf(bundle.file)}.json`) current.add(slugOf(bundle.file));
    }
    const others = names.filter((name) => !name.endsWith(".json") || !current.has(slugIn(name)));
    const aged = await Promise.all(
      others.map(async (name) => ({ name, at: (await stat(join(directory, name))).mtimeMs })),
    );
    const seen = new Map<string, number>();
    for (const { name, at } of aged.sort((a, b) => b.at - a.at)) {
      const slug = slugIn(name);
      const newer = seen.get(slug) ?? 0;
      seen.set(slug, newer + 1);
      const old =
        current.has(slug) && !name.endsWith(".part") ? newer >= generations : at < Date.now() - day;
      if (old) await rm(join(directory, name), { force: true });
    }
  };

  return {
    async find(file, key, hash) {
      try {
        const record: Entry = JSON.parse(
          await readFile(join(directory, `${slugOf(file)}.json`), "utf8"),
        );
        if (record.key !== key || record.bundle.file !== file) return undefined;
        const path = join(directory, basename(record.bundle.path));
        await access(path);
        const same = await Promise.all(
          Object.entries(record.inputs).map(async ([input, was]) => (await hash(input)) === was),
        );
        return same.every(Boolean) ? { ...record.bundle, path } : undefined;
      } catch {
        return undefined;
      }
    },
    async keep(file, { slug, contents, exports, inputs }, key, hash) {
      const name = `${slug}.${sha(contents)}${extension}`;
      const path = await write(name, contents);
      const bundle: Bundle = { file, path, bytes: contents.byteLength, exports, inputs };
      const hashed = await Promise.all(
        inputs.map(async (input): Promise<[string, string]> => [input, await hash(input)]),
      );
      const record: Entry = { key, inputs: Object.fromEntries(hashed), bundle };
      await write(`${slug}.json`, JSON.stringify(record));
      return bundle;
    },
    // Another process may prune the same directory at the same time.
    prune: () => prune().catch(() => {}),
  };
};

const slugIn = (name: string) => name.slice(0, name.indexOf("."));

/** A directory of this process alone: nobody else may have put code there. */
const temporary = (otherwise: Error): string => {
  try {
    const made = mkdtempSync(join(tmpdir(), "bundles-"));
    process.once("exit", () => rmSync(made, { recursive: true, force: true }));
    return made;
  } catch {
    throw otherwise;
  }
};
