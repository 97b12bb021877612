import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, rmSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { CannotStart } from "emulator/kernel/refusals";
import { installPlatform } from "../../infra/synth/install.ts";
import { clearLeft, copyCheckout, linkModules, manifestOf } from "../checkout-copy.ts";
import { repositoryRoot, scratch } from "../repository.ts";
import { makeService } from "./make.ts";
import type { NewService } from "./names.ts";

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

/** The files that a new service adds, and those that it changes. */
export type Made = { added: string[]; changed: string[] };

/** Makes a service in a checkout, with all that is generated from it. SST's components have to be installed there. */
export const makeIn = (root: string, service: NewService, tell: (what: string) => void): Made => {
  const before = manifestOf(root);
  const own = makeService(root, service);
  const modules = join(repositoryRoot, "services/inventory/node_modules");
  linkModules(root, modules, join(root, "services", service.name, "node_modules"));
  const edited = ["packages/events/src/catalogue.ts", "infra/who-hears-what.json"];
  run(root, ["node_modules/@biomejs/biome/bin/biome", "check", "--write", ...own, ...edited]);
  tell("Evaluating infra/ (half a minute) ...");
  run(root, ["infra/synth/synth.ts"]);
  tell("Writing what is generated: OpenAPI, schemas, catalogue ...");
  run(root, ["scripts/openapi.ts"]);
  run(root, ["scripts/schemas.ts"]);
  run(root, ["local/commands/catalogue.ts"]);
  const after = manifestOf(root);
  const files = Object.keys(after)
    .filter((file) => after[file] !== before[file])
    .sort();
  const isNew = (file: string) => before[file] === undefined;
  return { added: files.filter(isNew), changed: files.filter((file) => !isNew(file)) };
};

/** Makes a copy of this checkout in which infra/ can be evaluated. */
export const copyWithPlatform = (root: string): void => {
  installPlatform(repositoryRoot);
  copyCheckout(root, root);
  symlinkSync(join(repositoryRoot, ".sst"), join(root, ".sst"), "junction");
};

/**
 * Makes a service in a copy of this checkout, and moves what is new or other into the checkout at the end: who is interrupted
 * before has nothing.
 */
export const newService = (service: NewService, tell: (what: string) => void): Made => {
  clearLeft(join(scratch, "new-service"));
  const root = join(scratch, "new-service", `${service.name}-${process.pid}`);
  try {
    tell("Writing it in a copy ...");
    copyWithPlatform(root);
    const made = makeIn(root, service, tell);
    for (const file of [...made.added, ...made.changed]) {
      mkdirSync(dirname(join(repositoryRoot, file)), { recursive: true });
      cpSync(join(root, file), join(repositoryRoot, file));
    }
    return made;
  } finally {
    if (existsSync(root)) rmSync(root, { recursive: true, force: true });
  }
};
