import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { repositoryRoot } from "../repository.ts";

const head = `# Proof

What was measured, by the commands that are named: each writes its own part of this page.
`;

/** A page with a part of it written anew, between its marks; a part that is new comes last. */
export const withPart = (page: string, name: string, text: string): string => {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const part = `${begin}\n${text.trim()}\n${end}`;
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) return `${page.trimEnd()}\n\n${part}\n`;
  return page.slice(0, from) + part + page.slice(to + end.length);
};

/** Writes a part of docs/proof.md anew. Answers the file's path. */
export const writePart = (name: string, text: string): string => {
  const file = join(repositoryRoot, "docs", "proof.md");
  writeFileSync(file, withPart(existsSync(file) ? readFileSync(file, "utf8") : head, name, text));
  return file;
};
