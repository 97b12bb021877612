import { readFileSync } from "node:fs";
import { join } from "node:path";
import { repositoryRoot } from "../repository.ts";

/** What a name of a runbook's page stands for: `…QueueDlq` for OrderViewsQueueDlq. */
export const meantBy = (word: string): RegExp =>
  new RegExp(
    `^${word
      .split("…")
      .map((part) => part.replace(/\W/g, "\\$&"))
      .join("\\w*")}$`,
  );

/** A page of docs/runbooks. */
export type Runbook = { title: string; file: string };

const rows = (): string[][] =>
  readFileSync(join(repositoryRoot, "docs/runbooks/README.md"), "utf8")
    .split("\n")
    .filter((line) => line.startsWith("| "))
    .map((line) => line.split("|").map((one) => one.trim()));

const pageTitle = (file: string) => {
  const [heading = ""] = readFileSync(join(repositoryRoot, "docs/runbooks", file), "utf8").split(
    "\n",
  );
  return heading.replace(/^#\s*/, "");
};

/** The runbooks that the tables of docs/runbooks/README.md name for an alarm, or for a queue where something waits. */
export const runbooksFor = (name: string): Runbook[] => {
  const named = rows().map((cells) => ({
    words: [...(cells[1] ?? "").matchAll(/`([\w…]+)`/g)].map(([, word = ""]) => word),
    files: [...cells.join(" ").matchAll(/\]\((\d\d-[\w-]+\.md)\)/g)].map(([, file = ""]) => file),
  }));
  const exact = named.filter(({ words }) => words.includes(name));
  const meant = named.filter(({ words }) => words.some((word) => meantBy(word).test(name)));
  const files = (exact.length > 0 ? exact : meant).flatMap((row) => row.files);
  return [...new Set(files)].map((file) => ({ title: pageTitle(file), file }));
};
