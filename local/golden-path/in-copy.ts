import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { CannotStart } from "emulator/kernel/refusals";
import { installPlatform } from "../../infra/synth/install.ts";
import { clearLeft, copyCheckout, manifestOf } from "../checkout-copy.ts";
import { BrokenOff } from "../command-line.ts";
import { repositoryRoot, scratch } from "../repository.ts";

/** Runs one of our programs in a checkout, until a signal. Throws CannotStart with the end of what it said where it fails. */
const run = async (root: string, [program = "", ...args]: string[], signal: AbortSignal) => {
  signal.throwIfAborted();
  const child = spawn(process.execPath, [join(root, program), ...args], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const stop = () => void child.kill();
  signal.addEventListener("abort", stop);
  const [[status], ...told] = await Promise.all([
    once(child, "close"),
    text(child.stdout),
    text(child.stderr),
  ]);
  signal.removeEventListener("abort", stop);
  signal.throwIfAborted();
  if (status === 0) return;
  const said = told.join("").trim().split("\n").slice(-20).join("\n");
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
export const makeIn = async (
  root: string,
  makings: readonly Making[],
  { tell, signal }: { tell: Tell; signal: AbortSignal },
): Promise<Made> => {
  const before = manifestOf(root);
  const files = new Set(makings.flatMap((make) => make(root)));
  const biome = "node_modules/@biomejs/biome/bin/biome";
  await run(root, [biome, "check", "--write", ...files], signal);
  tell("Evaluating infra/ (half a minute) ...");
  await run(root, ["infra/synth/synth.ts"], signal);
  tell("Writing what is generated: OpenAPI, schemas, links ...");
  for (const command of ["openapi", "schemas", "catalogue", "links"]) {
    const program = programOf(root, command);
    if (program) await run(root, [program], signal);
  }
  const after = manifestOf(root);
  const all = Object.keys(after)
    .filter((file) => after[file] !== before[file])
    .sort();
  const isNew = (file: string) => before[file] === undefined;
  return { added: all.filter(isNew), changed: all.filter((file) => !isNew(file)) };
};

/** Makes a copy of this checkout in which infra/ can be evaluated, as it can be here. */
export const copyWithPlatform = (root: string): void => {
  copyCheckout(root, root);
  symlinkSync(join(repositoryRoot, ".sst"), join(root, ".sst"), "junction");
};

/** Copies files from one checkout into another: all of them, or none. */
const moveIn = (from: string, to: string, { added, changed }: Made) => {
  const before = changed.map((file) => [join(to, file), readFileSync(join(to, file))] as const);
  try {
    for (const file of [...added, ...changed]) {
      mkdirSync(dirname(join(to, file)), { recursive: true });
      cpSync(join(from, file), join(to, file));
    }
  } catch (error) {
    for (const file of added) rmSync(join(to, file), { force: true });
    for (const [file, text] of before) writeFileSync(file, text);
    throw error;
  }
};

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Makes something in a copy of this checkout, and moves what is new or other into the checkout at the end: who is interrupted
 * before has nothing, and no copy is left. Throws BrokenOff then.
 */
export const makeInCopy = async (
  name: string,
  makings: readonly Making[],
  tell: Tell,
): Promise<Made> => {
  clearLeft(join(scratch, "new"));
  installPlatform(repositoryRoot);
  const root = join(scratch, "new", `${name}-${process.pid}`);
  const broken = new AbortController();
  const { signal } = broken;
  const stop = (by: NodeJS.Signals) => broken.abort(by);
  for (const one of SIGNALS) process.on(one, stop);
  try {
    tell("Writing it in a copy ...");
    copyWithPlatform(root);
    const made = await makeIn(root, makings, { tell, signal });
    moveIn(root, repositoryRoot, made);
    return made;
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new BrokenOff(signal.reason, "It was broken off, and nothing was changed.");
  } finally {
    rmSync(root, { recursive: true, force: true, maxRetries: 5 });
    for (const one of SIGNALS) process.off(one, stop);
  }
};
