import type { PlaceOf } from "emulator/services/iam/gate";
import { cell, type Output, painter } from "../demo/terminal.ts";
import type { Grant, Holder, Ledger, Verdict } from "./grants.ts";

/** Everything that is known of rights after a run. */
export type RightsReport = {
  ok: boolean;
  seconds: number;
  holders: (Holder & { grants: { action: string; resource: string; verdict: Verdict }[] })[];
  totals: Record<Verdict | "granted", number>;
  /** What must be mended, in sentences that name the file. */
  problems: string[];
};

/** An ARN as people call it: "OrdersTable, index open". What has no name in infra/ is called by its last part. */
const labelOf = (resource: string, placeOf: PlaceOf): string => {
  if (resource === "*") return "*";
  const [, arn = resource, part = ""] =
    /^(arn:[^/]+\/[^/]+)(\/index\/.+|\/stream\/.+)$/.exec(resource) ?? [];
  const name = placeOf(arn)?.name;
  if (name && part.startsWith("/stream/")) return `${name}, stream`;
  if (name && part) return `${name}, index ${part.split("/").at(-1)}`;
  if (name) return name;
  if (resource.includes(":log-group:")) return "its log";
  const execution = /:execution:(.+):\*$/.exec(resource)?.[1];
  const machine = resource.replace(":execution:", ":stateMachine:").replace(/:\*$/, "");
  if (execution) return `${placeOf(machine)?.name ?? execution}, executions`;
  return resource.split(/[:/]/).at(-1) ?? resource;
};

const faults: Partial<Record<Verdict, (who: string, what: string, file: string) => string>> = {
  unused: (who, what, file) =>
    `${who} may ${what} and never does: take it out of ${file}, or let a test story need it.`,
  wildcard: (who, what, file) =>
    `${who} may ${what}, which is a wildcard: name actions and resources in ${file}.`,
};

const verdicts: Verdict[] = ["used", "on AWS only", "unused", "wildcard"];

/** Draws up the report from a ledger and the denials of its run, as lines. */
export const reportOf = (
  { grants, verdictOf }: Ledger,
  { denials, seconds }: { denials: string[]; seconds: number },
): RightsReport => {
  const judged = grants.map((grant) => ({ ...grant, verdict: verdictOf(grant) }));
  const byHolder = Map.groupBy(
    judged,
    ({ holder: { file, kind, name } }) => `${file} ${kind} ${name}`,
  );
  const holders = [...byHolder.values()].map((own) => ({
    ...(own[0] as Grant).holder,
    grants: own.map(({ action, resource, verdict }) => ({ action, resource, verdict })),
  }));
  const count = (verdict: Verdict) => judged.filter((grant) => grant.verdict === verdict).length;
  const problems = [
    ...judged.flatMap(({ holder, action, resource, verdict }) =>
      faults[verdict]
        ? [faults[verdict](holder.name, `${action} on ${resource}`, holder.file)]
        : [],
    ),
    ...new Set(denials),
  ];
  return {
    ok: problems.length === 0,
    seconds,
    holders,
    totals: {
      granted: judged.length,
      ...(Object.fromEntries(verdicts.map((one) => [one, count(one)])) as Record<Verdict, number>),
    },
    problems,
  };
};

const marks: Record<Verdict, string> = {
  used: "✔",
  "on AWS only": "·",
  unused: "✘",
  wildcard: "✘",
};
const RESOURCE = 32;
const WIDTH = 110;

/** Words in lines of at most `width` characters. */
const wrap = (words: string[], width: number) => {
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width)
      lines.push(`${lines.pop()} ${word}`);
    else lines.push(word);
  }
  return lines;
};

/** The report for people. */
export const rightsTable = (report: RightsReport, placeOf: PlaceOf, output: Output): string => {
  const paint = painter(output);
  const lineOf = (resource: string, verdict: Verdict, actions: string[]) => {
    const [first = "", ...more] = wrap(actions, WIDTH - RESOURCE - 6);
    const tone = verdict === "used" ? "green" : verdict === "on AWS only" ? "dim" : "red";
    const note = verdict === "used" || verdict === "on AWS only" ? "" : `  ${verdict}`;
    return [
      `    ${paint(tone, marks[verdict])} ${cell(resource, RESOURCE)}${first}${more.length ? "" : note}`,
      ...more.map(
        (text, i) => `${" ".repeat(RESOURCE + 6)}${text}${i === more.length - 1 ? note : ""}`,
      ),
    ];
  };
  const holderLines = ({ name, kind, grants }: RightsReport["holders"][number]) => {
    const groups = Map.groupBy(grants, ({ action, resource, verdict }) =>
      [labelOf(resource, placeOf), verdict, action.split(":")[0]].join("\n"),
    );
    return [
      `  ${paint("bold", name)}  ${paint("dim", kind)}`,
      ...[...groups].flatMap(([key, own]) => {
        const [resource = "", verdict] = key.split("\n");
        const actions = own.map(({ action }, i) =>
          i === 0 ? action : (action.split(":")[1] ?? action),
        );
        return lineOf(resource, verdict as Verdict, actions);
      }),
    ];
  };
  const files = Map.groupBy(report.holders, ({ file }) => file);
  const { totals, problems, holders, seconds } = report;
  return [
    "",
    ...[...files]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([file, own]) => [paint("cyan", file), ...own.flatMap(holderLines), ""]),
    paint(
      "dim",
      "✔ used in a bad week   · needed on AWS only: logs, traces, and polling, which the emulator does by other means",
    ),
    "",
    ...problems.map((sentence) => paint("red", `✘ ${sentence}`)),
    ...(problems.length > 0 ? [""] : []),
    `${totals.granted} grants to ${new Set(holders.map(({ name }) => name)).size} holders: ${totals.used} used, ${totals["on AWS only"]} needed on AWS only, ${totals.unused} unused, ${totals.wildcard} wildcards. It took ${seconds.toFixed(1)} s.`,
    "",
  ].join("\n");
};
