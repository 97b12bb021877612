import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Every page of the repository. */
export const pages = globSync("**/*.md", {
  exclude: ["**/node_modules/**", ".sst/**", ".petstore/**"],
});

/** A link to a line: its text in backticks is what stands in that line. */
const LINK = /\[`([^`\n]+)`\]\(([^)#\s]+)#L\d+\)/g;

/** Where in a file the only line with this text is, counted from 1; undefined where there is none, or more than one. */
const lineOf = (file: string, text: string): number | undefined => {
  const lines = existsSync(file) ? readFileSync(file, "utf8").split(/\r?\n/) : [];
  const places = lines.flatMap((line, i) => (line.includes(text) ? [i + 1] : []));
  return places.length === 1 ? places[0] : undefined;
};

/** A page with every link to a line set to where its text stands now, and the links whose text stands nowhere, or twice. */
export const relinked = (page: string): { text: string; lost: string[] } => {
  const lost: string[] = [];
  const text = readFileSync(page, "utf8").replaceAll(LINK, (whole, words: string, to: string) => {
    const line = lineOf(join(dirname(page), to), words);
    if (line === undefined)
      lost.push(`${page}: \`${words}\` does not stand in exactly one line of ${to}`);
    return line === undefined ? whole : `[\`${words}\`](${to}#L${line})`;
  });
  return { text, lost };
};
