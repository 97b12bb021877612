import { isPress } from "../keys-of.ts";
import { cutTo } from "../text-width.ts";
import type { Depth } from "../types.ts";
import { span } from "../words.ts";
import { Icon } from "./icons.tsx";
import type { Box } from "./layout.ts";

type CellProps = {
  box: Box;
  kind: string;
  title: string;
  note: string;
  /** Lies in it, all its members together. */
  depth: Depth;
  failed: number;
  retries: number;
  selected: boolean;
  dimmed: boolean;
  onOpen: () => void;
  onHover?: (over: boolean) => void;
};

const MOST_BLOCKS = 16;

/** What waits, as blocks: one for each, up to sixteen. */
const Blocks = ({ x, y, w, depth }: { x: number; y: number; w: number; depth: number }) => {
  const shown = Math.min(MOST_BLOCKS, depth);
  const wide = Math.max(1, Math.min(7, (w - 16) / MOST_BLOCKS - 1.5));
  return (
    <g class="blocks">
      {Array.from({ length: shown }, (_, i) => (
        <rect key={i} x={x + 8 + i * (wide + 1.5)} y={y} width={wide} height={5} rx={1} />
      ))}
    </g>
  );
};

/** A thing or a part of the map. */
export const Cell = ({
  box: { x, y, w, h },
  kind,
  title,
  note,
  depth,
  failed,
  retries,
  selected,
  dimmed,
  onOpen,
  onHover,
}: CellProps) => {
  const { depth: waiting = 0, deadLetters = 0, running = 0, age, paused } = depth;
  const says = [
    paused && "paused",
    waiting > 0 && `${waiting} waiting${age && age > 2000 ? `, ${span(age)}` : ""}`,
    running > 0 && `${running} running`,
    retries > 0 && `↻ ${retries} ${retries === 1 ? "retry" : "retries"}`,
    failed > 0 && `${failed} failed`,
  ].filter(Boolean);
  const second = says.length > 0 ? says.join(" · ") : note;
  const flat = h < 40;
  /** Where the title and what is below it stand in a low cell, and in one with room. */
  const [first, below] = h < 54 ? [h / 2 - 3, h / 2 + 14] : [22, 42];
  const classes = [
    "cell",
    `is-${kind}`,
    selected && "selected",
    dimmed && "dimmed",
    paused && "is-paused",
  ]
    .filter(Boolean)
    .join(" ");
  const label = `${title}: ${[second, deadLetters > 0 && `${deadLetters} dead letters`].filter(Boolean).join(", ")}`;
  return (
    // biome-ignore lint/a11y/useSemanticElements: an SVG has no buttons
    <g
      class={classes}
      role="button"
      // In lower case: an SVG's attributes are told apart by case.
      tabindex={0}
      onClick={onOpen}
      onKeyDown={(event) => {
        if (isPress(event)) onOpen();
      }}
      onPointerEnter={() => onHover?.(true)}
      onPointerLeave={() => onHover?.(false)}
      onFocus={() => onHover?.(true)}
      onBlur={() => onHover?.(false)}
    >
      <title>{label}</title>
      <rect class="cell-box" x={x} y={y} width={Math.max(0, w)} height={Math.max(0, h)} rx={8} />
      <Icon kind={kind} x={x + 8} y={flat ? y + h / 2 - 8 : y + first - 13} />
      <text class="cell-title" x={x + 28} y={flat ? y + h / 2 + 5 : y + first}>
        {cutTo(title, flat ? 160 : w - 31, 0.93, 600)}
      </text>
      <text
        class={says.length > 0 ? "cell-note says" : "cell-note"}
        x={flat ? x + 196 : x + 10}
        y={flat ? y + h / 2 + 4.5 : y + below}
      >
        {cutTo(second, flat ? w - 200 : w - 16, 0.8, says.length > 0 ? 600 : 400)}
      </text>
      {waiting > 0 && !flat && h > 54 && <Blocks x={x + 2} y={y + h - 11} w={w} depth={waiting} />}
      {deadLetters > 0 && (
        <g class="dead">
          <rect x={x + w - 34} y={y - 9} width={40} height={19} rx={9.5} />
          <text x={x + w - 14} y={y + 5} text-anchor="middle">
            ✝ {deadLetters}
          </text>
        </g>
      )}
    </g>
  );
};
