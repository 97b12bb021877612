import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CannotStart } from "emulator/kernel/refusals";
import { type Patch, patched } from "emulator/runtime/patch";
import { clearLeft, copyCheckout, hashOf, type Manifest, manifestOf } from "../checkout-copy.ts";
import { repositoryRoot, scratch } from "../repository.ts";
import { said } from "./lessons.ts";

/** Where learners have what is theirs. */
export const lessonsHome = join(scratch, "lessons");

/** Says that a checkout is a copy, and what of its lesson was put into it. */
const MARK = join(".petstore", "lesson");

/** Whether this checkout is itself a learner's copy. */
export const isCopy = (): boolean => existsSync(join(repositoryRoot, MARK));

/** What of a lesson was put into a copy last. */
type PutIn = "nothing" | "defect" | "exercise";

/** A learner's copy of the repository, for one lesson. */
export type Copy = {
  root: string;
  /** What its files hold now. */
  held: () => Manifest;
  /** Files that the learner has changed, made or taken away. */
  changed: () => string[];
  /** Writes patches into the copy, all or none. Throws CannotStart where the place of one is not there any more. */
  write: (patches: readonly Patch[]) => void;
  /** Whether all of these are in it already. */
  has: (patches: readonly Patch[]) => boolean;
  /** Notes what of the lesson is in it now. */
  note: (what: PutIn) => void;
  putIn: () => PutIn;
};

/** Files that do not hold the same, by their names in order. */
const differing = (before: Manifest, now: Manifest): string[] =>
  [...new Set([...Object.keys(before), ...Object.keys(now)])]
    .filter((file) => before[file] !== now[file])
    .sort();

/**
 * Does something with a copy that has to stay as it is meanwhile. Throws CannotStart where it was changed or made new: what
 * came of that is half of the one and half of the other.
 */
export const undisturbed = async <Value>(
  { held }: Pick<Copy, "held">,
  work: () => Promise<Value>,
): Promise<Value> => {
  const before = held();
  const end = await work().then(
    (value) => () => value,
    (error: unknown) => () => {
      throw error;
    },
  );
  const [changed] = differing(before, held());
  if (changed !== undefined)
    throw new CannotStart(
      `Your copy was changed meanwhile (${changed}), so that this says nothing of it: try again.`,
    );
  return end();
};

/** The copy for a lesson as it is, made where there is none. `fresh` throws away what was there. */
export const copyFor = (number: string, { fresh = false, home = lessonsHome } = {}): Copy => {
  const root = join(home, number);
  const list = `${root}.json`;
  const keep = (manifest: Manifest) => {
    writeFileSync(`${list}.part`, JSON.stringify(manifest));
    renameSync(`${list}.part`, list);
  };
  if (fresh || !existsSync(root)) {
    const part = `${root}.part-${process.pid}`;
    const old = `${root}.old-${process.pid}`;
    mkdirSync(home, { recursive: true });
    clearLeft(home);
    try {
      copyCheckout(part, root);
      writeFileSync(join(part, MARK), "nothing");
      keep(manifestOf(part));
      // Somebody may be trying what is there: it is away only for a moment.
      if (existsSync(root)) renameSync(root, old);
      renameSync(part, root);
    } finally {
      for (const left of [part, old]) rmSync(left, { recursive: true, force: true, maxRetries: 5 });
    }
  }
  const manifest = (): Manifest => JSON.parse(readFileSync(list, "utf8"));
  const textOf = (file: string) => readFileSync(join(root, file), "utf8");
  return {
    root,
    held: () => (existsSync(root) ? manifestOf(root) : {}),
    changed: () => differing(manifest(), manifestOf(root)),
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
    note: (what) => writeFileSync(join(root, MARK), what),
    putIn: () => readFileSync(join(root, MARK), "utf8") as PutIn,
  };
};
