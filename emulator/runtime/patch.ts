import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { Plugin } from "esbuild";

/** Other words for one place of a file, in the bundles of those who ask for it: a test sees what the code does without a line. */
export type Patch = {
  /** From the root that handlers' paths are relative to. */
  file: string;
  /** What stands there, exactly once. */
  find: string;
  replace: string;
};

/** A part of a text with the line ends that the text has. */
const endedAs = (text: string, part: string) =>
  text.includes("\r\n") ? part.replaceAll(/\r?\n/g, "\r\n") : part;

/** A text with its patches in it, whatever its line ends. Throws where the place of one is not there, or not the only one. */
export const patched = (text: string, patches: readonly Patch[]): string =>
  patches.reduce((before, { file, find, replace }) => {
    const place = endedAs(before, find);
    const [first, last] = [before.indexOf(place), before.lastIndexOf(place)];
    if (find === "" || first < 0) throw new Error(`${file} has no place ${JSON.stringify(find)}.`);
    if (first !== last) throw new Error(`${file} has more than one place ${JSON.stringify(find)}.`);
    return before.slice(0, first) + endedAs(before, replace) + before.slice(first + place.length);
  }, text);

/** Lets esbuild read patched files as if they had been changed. */
export const patching = (root: string, patches: readonly Patch[]): Plugin => ({
  name: "patching",
  setup(build) {
    const byFile = Map.groupBy(patches, ({ file }) => resolve(root, file));
    build.onLoad({ filter: /\.tsx?$/ }, async ({ path }) => {
      const its = byFile.get(path);
      if (!its) return undefined;
      try {
        return { contents: patched(await readFile(path, "utf8"), its), loader: "ts" };
      } catch (error) {
        return { errors: [{ text: (error as Error).message }] };
      }
    });
  },
});
