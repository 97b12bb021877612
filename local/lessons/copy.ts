import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { CannotStart } from "emulator/kernel/refusals";
import { type Patch, patched } from "emulator/runtime/patch";
import { repositoryRoot, scratch } from "../repository.ts";

/** Where learners have what is theirs. */
export const lessonsHome = join(scratch, "lessons");

/** Says that a checkout is a copy, and whether its exercise has begun. */
const MARK = join(".petstore", "lesson");
const BEGUN = "exercise";
const NOT_OURS = new Set(["node_modules", ".git", ".petstore", ".sst", "coverage"]);

/** Whether this checkout is itself a learner's copy. */
export const isCopy = (): boolean => existsSync(join(repositoryRoot, MARK));

/** All files of a checkout that are not installed, built or left behind by a command, from its root. */
const filesOf = (root: string, folder = ""): string[] =>
  readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    if (NOT_OURS.has(entry.name)) return [];
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesOf(root, path) : entry.isFile() ? [path] : [];
  });

const hashOf = (file: string) => createHash("sha256").update(readFileSync(file)).digest("hex");

/** Files and what they held when we last wrote them. */
type Manifest = Record<string, string>;

const manifestOf = (root: string): Manifest =>
  Object.fromEntries(filesOf(root).map((file) => [file, hashOf(join(root, file))]));

/** Links a folder of installed packages: what is pinned is the checkout's, what is the workspace's own is the copy's, which will be at `root`. */
const linkModules = (root: string, from: string, to: string) => {
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(from)) {
    const [source, target] = [join(from, name), join(to, name)];
    const found = lstatSync(source);
    if (found.isSymbolicLink()) {
      const meant = resolve(dirname(source), readlinkSync(source));
      const way = relative(repositoryRoot, meant);
      const there = way.split(sep).includes("node_modules") ? meant : join(root, way);
      symlinkSync(there, target, "junction");
    } else if (found.isDirectory() && name.startsWith("@")) linkModules(root, source, target);
    else if (found.isDirectory() && [".pnpm", ".bin"].includes(name))
      symlinkSync(source, target, "junction");
    else if (found.isFile()) cpSync(source, target);
  }
};

/** Makes the copy at `to`, from where it will be moved to `root`. */
const makeCopy = (to: string, root: string) => {
  for (const file of filesOf(repositoryRoot)) {
    mkdirSync(dirname(join(to, file)), { recursive: true });
    cpSync(join(repositoryRoot, file), join(to, file));
  }
  const packages = [
    "",
    ...new Set(
      filesOf(repositoryRoot)
        .filter((file) => /[\\/]package\.json$/.test(file))
        .map(dirname),
    ),
  ];
  for (const folder of packages) {
    const modules = join(repositoryRoot, folder, "node_modules");
    if (existsSync(modules)) linkModules(root, modules, join(to, folder, "node_modules"));
  }
  const state = join(to, ".petstore");
  mkdirSync(state, { recursive: true });
  for (const name of ["node-version", "installed"])
    if (existsSync(join(scratch, name))) cpSync(join(scratch, name), join(state, name));
  if (existsSync(join(scratch, "node")))
    symlinkSync(join(scratch, "node"), join(state, "node"), "junction");
  writeFileSync(join(to, MARK), "");
};

/** A learner's copy of the repository, for one lesson. */
export type Copy = {
  root: string;
  /** Files that the learner has changed, made or taken away. */
  changed: () => string[];
  /** Writes patches into the copy, all or none. Throws CannotStart where the place of one is not there any more. */
  write: (patches: readonly Patch[]) => void;
  /** Whether all of these are in it already. */
  has: (patches: readonly Patch[]) => boolean;
  /** Notes that the exercise is in it now. */
  begin: () => void;
  hasBegun: () => boolean;
};

/** The copy for a lesson as it is, made where there is none. `fresh` throws away what was there. */
export const copyFor = (number: string, { fresh = false, home = lessonsHome } = {}): Copy => {
  const root = join(home, number);
  const list = `${root}.json`;
  const keep = (manifest: Manifest) => {
    writeFileSync(`${list}.part`, JSON.stringify(manifest));
    renameSync(`${list}.part`, list);
  };
  if (fresh) rmSync(root, { recursive: true, force: true });
  if (!existsSync(root)) {
    const part = `${root}.part-${process.pid}`;
    mkdirSync(home, { recursive: true });
    try {
      makeCopy(part, root);
      keep(manifestOf(part));
      renameSync(part, root);
    } finally {
      rmSync(part, { recursive: true, force: true });
    }
  }
  const manifest = (): Manifest => JSON.parse(readFileSync(list, "utf8"));
  const textOf = (file: string) => readFileSync(join(root, file), "utf8");
  return {
    root,
    changed() {
      const [before, now] = [manifest(), manifestOf(root)];
      return [...new Set([...Object.keys(before), ...Object.keys(now)])]
        .filter((file) => before[file] !== now[file])
        .sort();
    },
    write(patches) {
      const texts = [...Map.groupBy(patches, ({ file }) => file)].map(([file, its]) => {
        try {
          return { file, text: patched(textOf(file), its) };
        } catch (error) {
          throw new CannotStart(
            `Your copy of ${file} is not what the lesson expects (${(error as Error).message}): \`npm run lesson ${Number(number)} -- --reset\` makes the copy new.`,
          );
        }
      });
      const after = manifest();
      for (const { file, text } of texts) {
        writeFileSync(join(root, `${file}.part`), text);
        renameSync(join(root, `${file}.part`), join(root, file));
        after[file] = hashOf(join(root, file));
      }
      keep(after);
    },
    has: (patches) =>
      patches.every(({ file, find, replace }) => {
        const text = existsSync(join(root, file)) ? textOf(file).replaceAll("\r\n", "\n") : "";
        return text.includes(replace) && (replace.includes(find) || !text.includes(find));
      }),
    begin: () => writeFileSync(join(root, MARK), BEGUN),
    hasBegun: () => readFileSync(join(root, MARK), "utf8") === BEGUN,
  };
};
