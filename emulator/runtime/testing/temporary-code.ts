import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type Code, ownCode } from "../bundle.ts";

/** A folder of handlers for one test, with a name that no tool likes. */
export const temporaryCode = () => {
  const base = realpathSync(mkdtempSync(join(tmpdir(), "handlers-")));
  const root = join(base, "with blanks, ümläuts, #1 and 50%25");
  const code: Code = { root, cache: join(root, "cache") };
  const write = (file: string, text: string) => {
    const path = join(root, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    return path;
  };
  write("package.json", '{"type":"module"}');
  symlinkSync(join(ownCode.root, "node_modules"), join(root, "node_modules"), "junction");
  return { base, root, code, write, remove: () => rmSync(base, { recursive: true, force: true }) };
};
