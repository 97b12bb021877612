import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { repositoryRoot, scratch } from "./repository.ts";

const NOT_OURS = new Set(["node_modules", ".git", ".petstore", ".sst", "coverage"]);

/** All files of a checkout that are not installed, built or left behind by a command, from its root. */
const filesOf = (root: string, folder = ""): string[] =>
  readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    if (NOT_OURS.has(entry.name)) return [];
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesOf(root, path) : entry.isFile() ? [path] : [];
  });

/** What a file holds, as one hash. */
export const hashOf = (file: string) =>
  createHash("sha256").update(readFileSync(file)).digest("hex");

/** Files, and what they held at some moment. */
export type Manifest = Record<string, string>;

/** What all files of a checkout hold now. */
export const manifestOf = (root: string): Manifest =>
  Object.fromEntries(filesOf(root).map((file) => [file, hashOf(join(root, file))]));

/** Links a folder of installed packages: what is pinned is the checkout's, what is the workspace's own is the copy's, which will be at `root`. */
export const linkModules = (root: string, from: string, to: string) => {
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

const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

/** Takes away the copies in a folder that were begun by processes which have gone: their names end in the process's id. */
export const clearLeft = (folder: string): void => {
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    const [, pid] = /-(\d+)$/.exec(name) ?? [];
    if (pid && !isAlive(Number(pid))) rmSync(join(folder, name), { recursive: true, force: true });
  }
};

/**
 * Copies this checkout to `to`, from where it will be moved to `root`. Whatever runs here runs there, without anything being
 * installed again.
 */
export const copyCheckout = (to: string, root: string) => {
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
};
