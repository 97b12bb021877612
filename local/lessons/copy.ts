import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CannotStart } from "emulator/kernel/refusals";
import { type Patch, patched } from "emulator/runtime/patch";
import { clearLeft, copyCheckout, hashOf, type Manifest, manifestOf } from "../checkout-copy.ts";
import { repositoryRoot, scratch } from "../repository.ts";
import { said } from "./lessons.ts";

/** Where learners have what is theirs. */
export const lessonsHome = join(scratch, "lessons");

/** Says that a checkout is a copy, and whether its exercise has begun. */
const MARK = join(".petstore", "lesson");
const BEGUN = "exercise";

/** Whether this checkout is itself a learner's copy. */
export const isCopy = (): boolean => existsSync(join(repositoryRoot, MARK));

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
    clearLeft(home);
    try {
      copyCheckout(part, root);
      writeFileSync(join(part, MARK), "");
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
            `Your copy of ${file} is not what the lesson expects (${(error as Error).message}): \`npm run lesson ${said(number)} -- --reset\` makes the copy new.`,
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
