import { readFileSync } from "node:fs";
import { join } from "node:path";
import { repositoryRoot } from "../repository.ts";

/** Who is asked about a path, as .github/CODEOWNERS says: of the lines that match, the last one counts. */
export const ownerOf = (path: string): string => {
  const text = readFileSync(join(repositoryRoot, ".github/CODEOWNERS"), "utf8");
  const lines = text
    .split("\n")
    .map((line) => line.replace(/#.*/, "").trim().split(/\s+/))
    .filter(([pattern, owner]) => pattern && owner);
  const [, owner = "nobody"] =
    lines.findLast(([pattern = ""]) => pattern === "*" || `/${path}`.startsWith(pattern)) ?? [];
  return owner;
};
