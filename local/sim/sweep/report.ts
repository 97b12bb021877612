import { flowNamed } from "./flows.ts";
import type { Kind } from "./options.ts";
import type { FlowTally } from "./tally.ts";

/** What a sweep found, as it is kept. */
export type Swept = {
  commit: string;
  seconds: number;
  processorSeconds: number;
  flows: FlowTally[];
};

/** The last sweep of each kind. */
export type Sweeps = Partial<Record<Kind, Swept>>;

const row = (cells: (string | number)[]) => `| ${cells.join(" | ")} |`;
const number = (value: number) => value.toLocaleString("en-US");
const sum = (
  flows: FlowTally[],
  of: "points" | "cases" | "ran" | "recovered" | "struck" | "sound",
) => flows.reduce((total, flow) => total + flow[of], 0);

const heads: Record<Kind, [title: string, about: string]> = {
  singles: ["One fault", "every fault that can befall a point, each in a run of its own"],
  pairs: ["Two faults", "every two points of a flow, each pair with a fault at either"],
  triples: ["Three faults", "three points of a flow, drawn by chance"],
};

const sectionOf = (kind: Kind, { commit, seconds, processorSeconds, flows }: Swept): string => {
  const [title, about] = heads[kind];
  const [ran, cases, recovered] = [sum(flows, "ran"), sum(flows, "cases"), sum(flows, "recovered")];
  const part = ran < cases ? `, ${number(ran)} of them were run, a fair sample` : "";
  const rows = flows.map(({ flow, points, struck, sound, cases, ran, recovered }) =>
    row([
      `\`${flow}\``,
      flowNamed(flow)?.says ?? "",
      points,
      `${sound} of ${struck}`,
      number(cases),
      `${number(recovered)} of ${number(ran)}`,
    ]),
  );
  return `### ${title}

**${number(recovered)} of ${number(ran)} runs recover; ${number(sum(flows, "sound"))} of ${number(sum(flows, "struck"))} crash points do.** There are ${number(cases)} cases: ${about}${part}.
Commit ${commit}, ${number(Math.round(seconds))} s, of which the processor worked ${number(Math.round(processorSeconds))} s: ${((processorSeconds * 1000) / Math.max(1, ran)).toFixed(0)} ms a run.

| flow | what happens | I/O points | points recovered | cases | runs recovered |
| --- | --- | ---: | ---: | ---: | ---: |
${rows.join("\n")}
`;
};

/** The page's part about crash points. */
export const sweepPart = (sweeps: Sweeps): string => {
  const kinds = (Object.keys(heads) as Kind[]).flatMap((kind) => {
    const swept = sweeps[kind];
    return swept ? [sectionOf(kind, swept)] : [];
  });
  return `## Crash points

\`npm run sweep\` runs each way that an order can go, writes down every I/O point that it passes (a call of a table, a queue, a bus, a
function, the provider), and runs it again with the faults that can befall that point. A run has recovered when the order came to its
end, and the shop's books, the customers' log, the provider's ledger and the warehouse's agree.

${kinds.join("\n")}`;
};
