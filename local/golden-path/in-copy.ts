import { spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { CannotStart } from "emulator/kernel/refusals";
import { installPlatform } from "../../infra/synth/install.ts";
import { clearLeft, copyCheckout, manifestOf } from "../checkout-copy.ts";
import { repositoryRoot, scratch } from "../repository.ts";

/** Runs one of our programs in a checkout. Throws CannotStart with the end of what it said where it fails. */
const run = (root: string, [program = "", ...args]: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, program), ...args], {
    cwd: root,
    encoding: "utf8",
  });
  if (status === 0) return;
  const said = `${stdout}${stderr}`.trim().split("\n").slice(-20).join("\n");
  throw new CannotStart(`${program} failed in the copy, and nothing was changed:\n${said}`);
};

/** Writes something new into a checkout. Answers the files that are to be put in order. */
export type Making = (root: string) => string[];

/** The files that were added, and those that were changed. */
export type Made = { added: string[]; changed: string[] };

type Tell = (what: string) => void;

/** The program behind a command, where there is such a command. */
const programOf = (root: string, command: string): string | undefined =>
  new RegExp(`^ {2}"?${command}"?: "([^"]+)"`, "m").exec(
    readFileSync(join(root, "scripts/run.mjs"), "utf8"),
  )?.[1];

/** Makes what is new in a checkout, with all that is generated from it. SST's components have to be installed there. */
export const makeIn = (root: string, makings: readonly Making[], tell: Tell): Made => {
  const before = manifestOf(root);
  const files = new Set(makings.flatMap((make) => make(root)));
  run(root, ["node_modules/@biomejs/biome/bin/biome", "check", "--write", ...files]);
  tell("Evaluating infra/ (half a minute) ...");
  run(root, ["infra/synth/synth.ts"]);
  tell("Writing what is generated: OpenAPI, schemas, links ...");
  for (const command of ["openapi", "schemas", "catalogue", "links"]) {
    const program = programOf(root, command);
    if (program) run(root, [program]);
  }
  const after = manifestOf(root);
  const all = Object.keys(after)
    .filter((file) => after[file] !== before[file])
    .sort();
  const isNew = (file: string) => before[file] === undefined;
  return { added: all.filter(isNew), changed: all.filter((file) => !isNew(file)) };
};

/** Makes a copy of this checkout in which infra/ can be evaluated. */
export const copyWithPlatform = (root: string): void => {
  installPlatform(repositoryRoot);
  copyCheckout(root, root);
  symlinkSync(join(repositoryRoot, ".sst"), join(root, ".sst"), "junction");
};

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Copies files from one checkout into another: all of them, or none. A signal waits until that is over. */
const moveIn = (from: string, to: string, { added, changed }: Made) => {
  const before = changed.map((file) => [join(to, file), readFileSync(join(to, file))] as const);
  const wait = () => {};
  for (const signal of SIGNALS) process.on(signal, wait);
  try {
    for (const file of [...added, ...changed]) {
      mkdirSync(dirname(join(to, file)), { recursive: true });
      cpSync(join(from, file), join(to, file));
    }
  } catch (error) {
    for (const file of added) rmSync(join(to, file), { force: true });
    for (const [file, text] of before) writeFileSync(file, text);
    throw error;
  } finally {
    for (const signal of SIGNALS) process.off(signal, wait);
  }
};

/**
 * Makes something in a copy of this checkout, and moves what is new or other into the checkout at the end: who is interrupted
 * before has nothing.
 */
export const makeInCopy = (name: string, makings: readonly Making[], tell: Tell): Made => {
  clearLeft(join(scratch, "new"));
  const root = join(scratch, "new", `${name}-${process.pid}`);
  try {
    tell("Writing it in a copy ...");
    copyWithPlatform(root);
    const made = makeIn(root, makings, tell);
    moveIn(root, repositoryRoot, made);
    return made;
  } finally {
    if (existsSync(root)) rmSync(root, { recursive: true, force: true });
  }
};
