import type { Graph } from "emulator/boot/graph";
import { operationOf, unreached } from "../reached.ts";
import type { FlowPoints } from "../sweep/cases.ts";
import type { Part } from "./parts.ts";
import type { Proof, Standing } from "./standing.ts";

/** How the chaos of real processes went. */
export type Killed = { kills: number; wanted: number; orders: number; broken: string[] };

/** What is to be reached and was not: edges of rulebooks, steps and undos of sagas, each kind of fault at each operation that it can befall. */
export const notReached = (
  graph: Graph,
  recorded: readonly FlowPoints[],
  { reached }: Proof,
): string[] => {
  const all = new Set(reached);
  const faults = new Set(
    recorded.flatMap(({ points }) =>
      points.flatMap(({ point, fits }) =>
        fits.map((fault) => `fault ${fault} at ${operationOf(point)}`),
      ),
    ),
  );
  return [...unreached(graph, all), ...[...faults].filter((one) => !all.has(one)).sort()];
};

/** Whether all that could reach something was run: else what is missing says nothing. */
export const isWhole = (parts: readonly Part[], { parts: standings }: Proof): boolean =>
  parts
    .filter(({ name }) => ["seeds", "kinds"].includes(name))
    .every(({ name, tasks }) => (standings[name]?.next ?? 0) >= tasks.count);

const SHOWN = 12;

/** What was not reached, in a sentence: all of it where all was run, else how much that is so far. */
export const reachedInWords = (missing: readonly string[], whole: boolean): string => {
  if (missing.length === 0)
    return "Every edge of the rulebooks, every step and undo of the sagas, and every kind of fault at every operation was reached.";
  if (whole) return `Not reached: ${missing.join(", ")}.`;
  const more = missing.length > SHOWN ? ` and ${missing.length - SHOWN} more` : "";
  return `Not reached so far: ${missing.slice(0, SHOWN).join(", ")}${more}.`;
};

const number = (value: number) => Math.round(value).toLocaleString("en-US");
const row = (cells: (string | number)[]) => `| ${cells.join(" | ")} |`;

const brokenIn = (standings: readonly [string, Pick<Standing, "broken">][]) =>
  standings.flatMap(([name, { broken }]) => broken.map((what) => `- ${name}: ${what}`));

/** The page's part about the proof of a night. */
export const proofPart = (
  proof: Proof,
  parts: readonly Part[],
  missing: readonly string[],
  killed?: Killed,
): string => {
  const rows = parts.flatMap(({ name, counts, shows, whole }) => {
    const standing = proof.parts[name];
    if (!standing) return [];
    const { count, broken, ms } = standing;
    return [
      row([
        `${name}: ${counts}`,
        shows,
        `${number(count)} of ${number(whole)}`,
        broken.length,
        number(ms / 1000),
      ]),
    ];
  });
  if (killed)
    rows.push(
      row([
        `chaos: kills of the served shop (kill -9), during ${number(killed.orders)} orders`,
        "nothing that was acknowledged is lost",
        `${number(killed.kills)} of ${number(killed.wanted)}`,
        killed.broken.length,
        "",
      ]),
    );
  const standings: [string, Pick<Standing, "broken">][] = Object.entries(proof.parts);
  const broken = brokenIn(killed ? [...standings, ["chaos", killed]] : standings);
  const what = reachedInWords(missing, isWhole(parts, proof));
  return `## A night

\`npm run proof\` runs these, each for its share of the time that it is given; what is not whole is a fair sample. Commit ${proof.commit}.

| what | shows | done | broken | processor, s |
| --- | --- | ---: | ---: | ---: |
${rows.join("\n")}

${what}
${broken.length > 0 ? `\nBroken:\n\n${broken.join("\n")}\n` : ""}`;
};
