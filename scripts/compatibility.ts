import { existsSync, globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { check_compat, initSync } from "jsoncompat";
import { eventSchemas, SCHEMAS } from "./event-schemas.ts";

initSync({
  module: readFileSync(fileURLToPath(import.meta.resolve("jsoncompat/jsoncompat_wasm_bg.wasm"))),
});

/**
 * Whether a published schema may become another one: old readers must understand what new writers publish, and new readers
 * what lies in the archive. That leaves additions that are optional.
 */
export const isCompatible = (published: string, now: string): boolean =>
  check_compat(published, now, "both");

/** What a change of the contracts breaks for those who rely on the published schemas; empty when nothing. */
export const breakingChanges = (now: Map<string, string> = eventSchemas()): string[] => {
  const removed = globSync(join(SCHEMAS, "*.json"))
    .map((path) => basename(path))
    .filter((file) => !now.has(file))
    .map((file) => `${file}: published, and gone`);
  const broken = [...now].flatMap(([file, schema]) => {
    const path = join(SCHEMAS, file);
    if (!existsSync(path) || isCompatible(readFileSync(path, "utf8"), schema)) return [];
    return [`${file}: an old reader or the archive would break`];
  });
  return [...removed, ...broken];
};
