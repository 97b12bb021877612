import { timeOfDay } from "../words.ts";
import type { Cause } from "./story.ts";

type Row = Cause & { deep: number };

/** Only where a cause has several effects the tree goes in: a chain stays one column. */
const rowsOf = (nodes: Cause[], deep: number): Row[] =>
  nodes.flatMap((node) => [
    { ...node, deep },
    ...rowsOf(node.children, node.children.length > 1 ? deep + 1 : deep),
  ]);

const signs: [RegExp, string][] = [
  [/^(api|url)\./, "→"],
  [/^events\./, "◆"],
  [/^states\./, "▣"],
  [/^sqs\.|^stream\./, "≡"],
  [/^ses\./, "✉"],
  [/^(schedule|outside)/, "●"],
];
const signOf = (kind: string) => signs.find(([fits]) => fits.test(kind))?.[1] ?? "ƒ";

type CausesProps = { tree: Cause[]; selected: number | undefined; select: (seq: number) => void };

/** What caused what, from the request to the e-mail. */
export const Causes = ({ tree, selected, select }: CausesProps) => (
  <ol class="causes">
    {rowsOf(tree, 0).map(({ seq, at, kind, what, deep }) => (
      <li key={seq} style={{ paddingInlineStart: `${Math.min(deep, 12) * 12}px` }}>
        <button
          type="button"
          class="plain"
          aria-pressed={selected === seq}
          title={`${timeOfDay(at)} UTC, entry ${seq}`}
          onClick={() => select(seq)}
        >
          <span class="sign" aria-hidden="true">
            {signOf(kind)}
          </span>
          {what}
        </button>
      </li>
    ))}
  </ol>
);
