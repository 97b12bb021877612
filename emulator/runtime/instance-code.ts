import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { pathToFileURL } from "node:url";
import { compileFunction } from "node:vm";
import { boundNames } from "./inline-globals.ts";

/** Runs a bundle's code once, with the values of `boundNames`: each time with module state of its own. */
export type Instantiate = (...bound: unknown[]) => Promise<Record<string, unknown>>;

/** The code of an `inline` bundle, compiled once for all its instances, with the name that it has in stacks. */
export const compile = (path: string, name = path): Instantiate => {
  const names = [...boundNames, "module", "exports", "importMeta", "__filename", "__dirname"];
  const run = compileFunction(readFileSync(path, "utf8"), names, { filename: name });
  const url = pathToFileURL(path).href;
  return async (...bound) => {
    const module = { exports: {} };
    const importMeta = { url, filename: path, dirname: dirname(path) };
    run(...bound, module, module.exports, importMeta, path, dirname(path));
    // A promise, where the code waits at its top level.
    return module.exports;
  };
};
