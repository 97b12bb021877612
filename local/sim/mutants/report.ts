import type { RivalMeasured } from "../rivals/compare.ts";
import { type Measured, median } from "./measure.ts";
import { museum } from "./museum.ts";

const cell = (text: string | number) => String(text).replaceAll("|", "\\|");
const row = (cells: (string | number)[]) => `| ${cells.map(cell).join(" | ")} |`;
const table = (head: string[], rows: (string | number)[][]) =>
  [row(head), row(head.map(() => "---")), ...rows.map(row)].join("\n");

const runsOf = ({ runs, most }: Pick<Measured, "runs" | "most">) =>
  `${median(runs) ?? `more than ${most}`} (${runs.length})`;

/** The page's part about mutants: each with how soon a seed finds it, and how short the story of it is. */
export const mutantsPart = (measured: readonly Measured[]): string => {
  const found = measured.filter(({ seed }) => seed !== undefined);
  const rows = measured.map((one) => {
    const { name, published, defect, smallest, shows, byChance } = one;
    return [
      ...[name, published ?? "ours", defect, byChance ? runsOf(byChance) : "", runsOf(one)],
      smallest ? `${smallest.orders} orders, ${smallest.acts} acts, ${smallest.faults} faults` : "",
      shows ?? "",
    ];
  });
  const others = museum.flatMap(({ name, published, defect, elsewhere }) =>
    elsewhere ? [[name, published ?? "ours", defect, elsewhere]] : [],
  );
  return `${found.length} of ${measured.length} mutants are found by the simulator. "Runs" is how many runs of a few orders that takes, the median of
so many hunts from seeds far apart: by chance alone, and with the faults that bring the defect about. Each find is a run that breaks a promise with the
defect and none without it. The smallest story is what is left when nothing more can be taken away.

${table(["mutant", "published as", "the defect", "runs, by chance (hunts)", "runs (hunts)", "smallest story", "shows as"], rows)}

Of these a whole shop shows nothing, for another mechanism makes up for them there, or only an outage of an hour brings them about. A test of
the part finds them: each was put there by hand, and the test failed.

${table(["mutant", "published as", "the defect", "the test"], others)}
`;
};

const percent = (share: number) => `${Math.round(share * 100)} %`;

/** The page's part about rivals: how often the shape of a saga breaks, with ours below. */
export const rivalsPart = (measured: readonly RivalMeasured[]): string =>
  `${table(
    ["the saga", "seen in", "breaks without any fault", "breaks with faults", "runs of each kind"],
    measured.map(({ name, seenIn, calm, stirred, runs }) => [
      name,
      seenIn,
      percent(calm / runs),
      percent(stirred / runs),
      runs,
    ]),
  )}
`;
