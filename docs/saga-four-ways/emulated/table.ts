import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Counts } from "../../../local/bench/count.ts";
import { repositoryRoot } from "../../../local/repository.ts";
import { withPart } from "../../../local/sim/proof-page.ts";
import type { ByKind, Stirred } from "./stir.ts";

/** What is known of a way of coordinating, by its name. */
export type Figures = Record<
  string,
  {
    lines?: number;
    shared?: number;
    counts?: Counts;
    /** Of the durable function alone: what the local runner counted. */
    durable?: { operations: number; invocations: number };
    dollars?: number;
    stirred?: Stirred;
    byKind?: ByKind;
  }
>;

const folder = join(repositoryRoot, "docs/saga-four-ways");
const file = join(folder, "figures.json");
const page = join(folder, "README.md");
export const DURABLE = "durable function";
/** The code of the durable function that coordinates. */
export const DURABLE_FILES = ["fulfil-order", "patience"].map(
  (file) => `docs/saga-four-ways/durable-function/${file}.ts`,
);

export const readFigures = (): Figures =>
  existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
/** Keeps what was found with what is known already. */
export const addFigures = (found: Figures): void => {
  const all = readFigures();
  for (const [name, figures] of Object.entries(found)) all[name] = { ...all[name], ...figures };
  writeFileSync(`${file}.part`, `${JSON.stringify(all, null, 2)}\n`);
  renameSync(`${file}.part`, file);
};

const number = (value: number | undefined) =>
  value === undefined ? "" : String(Math.round(value * 10) / 10);
const kinds = (byKind: ByKind | undefined) =>
  byKind &&
  (Object.entries(byKind.breaks)
    .map(([kind, count]) => `${kind} (${count} of ${byKind.runs})`)
    .join(", ") ||
    `none (0 of ${byKind.runs} each)`);
const share = (stirred: Stirred | undefined, kind: "calm" | "stirred") =>
  stirred ? `${stirred[kind]} of ${stirred.runs}` : "not run";

/** A table, its columns as wide as the formatter makes them. */
const aligned = ([head = [], ...rows]: string[][]): string => {
  const widths = head.map((_, at) =>
    Math.max(3, ...[head, ...rows].map((cells) => cells[at]?.length ?? 0)),
  );
  const line = (cells: string[]) =>
    `| ${cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(" | ")} |`;
  return [head, widths.map((width) => "-".repeat(width)), ...rows].map(line).join("\n");
};

/** The table of what was counted and measured. */
export const tableOf = (figures: Figures): string => {
  const names = ["Step Functions", "choreography", DURABLE, "process manager"];
  const row = (what: string, cell: (one: Figures[string]) => string | undefined) => [
    what,
    ...names.map((name) => cell(figures[name] ?? {}) ?? ""),
  ];
  return aligned([
    ["", ...names],
    row("lines of code that coordinate", ({ lines }) => number(lines)),
    row("lines that any saga would share", ({ shared }) => number(shared)),
    row("state transitions an order", ({ counts }) => number(counts?.transitions ?? 0)),
    row("durable operations an order", ({ durable }) => number(durable?.operations ?? 0)),
    row("function invocations an order", ({ counts }) => number(counts?.invocations)),
    row("write units an order", ({ counts }) => number(counts?.writeUnits)),
    row("reads an order", ({ counts }) => number(counts?.reads)),
    row("events an order", ({ counts }) => number(counts?.events)),
    row("requests to queues an order", ({ counts }) => number(counts?.sqs)),
    row("a million orders, e-mail apart", ({ dollars }) => (dollars ? `$${dollars}` : "")),
    row("seeds that break a promise, no faults", ({ stirred }) => share(stirred, "calm")),
    row("seeds that break a promise, faults", ({ stirred }) => share(stirred, "stirred")),
    row("kinds of faults that, alone, break one", ({ byKind }) => kinds(byKind) ?? "not run"),
  ]);
};

/** Writes the table into the page. */
export const writeTable = (): void =>
  writeFileSync(page, withPart(readFileSync(page, "utf8"), "figures", tableOf(readFigures())));
