import { readFileSync } from "node:fs";
import { compileFunction } from "node:vm";
import { boundNames } from "./inline-globals.ts";

/** Runs a bundle's code once, with the values of `boundNames`: each time with module state of its own. */
export type Instantiate = (...bound: unknown[]) => Promise<Record<string, unknown>>;

const bindings = (imported: string): string =>
  imported.replaceAll(/(\S+) as (\S+?)(,|\s)/g, "$1: $2$3");

/** An ES module, as esbuild writes it, as the body of a function: imports become `require`, exports the result. */
export const asFunctionBody = (code: string): string => {
  let exported = "{}";
  const body = code
    .replaceAll(/^import\s+([^"';]*?)\s+from\s+"([^"]+)";$/gm, (_, names: string, from: string) => {
      const star = /^\* as (\S+)$/.exec(names);
      if (star) return `var ${star[1]} = require("${from}");`;
      const [, own, rest = ""] = /^([\w$]+)?,?\s*(\{[\s\S]*\})?$/.exec(names) ?? [];
      return [
        own && `var ${own} = require("${from}");`,
        rest && `var ${bindings(rest)} = require("${from}");`,
      ]
        .filter(Boolean)
        .join(" ");
    })
    .replaceAll(/^import\s+"([^"]+)";$/gm, 'require("$1");')
    .replace(/^export \{([^}]*)\};?$/m, (_, names: string) => {
      const pairs = names
        .split(",")
        .map((name) => name.trim().split(" as "))
        .filter(([local]) => local)
        .map(([local, name]) => `${name ?? local}: ${local}`);
      exported = `{ ${pairs.join(", ")} }`;
      return "";
    });
  return `"use strict";\nreturn (async () => {\n${body}\nreturn ${exported};\n})();`;
};

/** The code of an `inline` bundle, compiled once for all its instances. */
export const compile = (path: string): Instantiate =>
  compileFunction(asFunctionBody(readFileSync(path, "utf8")), [...boundNames], {
    filename: path,
  }) as Instantiate;
