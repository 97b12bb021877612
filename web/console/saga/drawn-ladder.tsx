import { timeNow } from "../state.ts";
import { widthOf } from "../text-width.ts";
import { span } from "../words.ts";
import type { Standing } from "./history.ts";
import type { Ladder, Rung } from "./ladder.ts";

type DrawnLadderProps = {
  ladder: Ladder;
  standings: ReadonlyMap<string, Standing>;
  /** The ways that were taken, as "From To". */
  taken: ReadonlySet<string>;
  wide: number;
  high: number;
};

const signs: Record<Standing["status"], string> = {
  running: "▶",
  waiting: "◷",
  done: "✓",
  caught: "▲",
};

/** Where the rungs stand: steps on the left, undos on the right, what calls a person beside them. */
const placesOf = ({ rungs, rows }: Ladder, wide: number, high: number) => {
  const hasUndos = rungs.some(({ side }) => side === "undo");
  const columns = hasUndos ? 3 : 2;
  const space = 44;
  const w = Math.min(230, (wide - 32 - space * (columns - 1)) / columns);
  const all = w * columns + space * (columns - 1);
  const left = (wide - all) / 2;
  const rowHigh = Math.min(92, (high - 16) / rows);
  const h = Math.min(56, rowHigh - 20);
  const column = { step: 0, undo: 1, person: columns - 1 };
  return new Map(
    rungs.map((rung) => [
      rung.name,
      {
        x: left + column[rung.side] * (w + space),
        y: 8 + rung.row * rowHigh + (rowHigh - h) / 2,
        w,
        h,
      },
    ]),
  );
};

/** The size, in rem, in which a name fits its rung. */
const sizeOf = (name: string, wide: number): number =>
  Math.max(0.8, Math.min(1, (wide - 22) / widthOf(name, 1, 600)));

const noteOf = (rung: Rung, standing: Standing | undefined): string => {
  if (!standing) return rung.waits ? "waits with a task token" : "";
  const { status, attempts, entered, left, error } = standing;
  const times = attempts > 1 ? `${attempts} attempts · ` : "";
  if (status === "waiting")
    return `${times}token out for ${span(Math.max(0, timeNow() - entered))}`;
  if (status === "caught") return `${times}${error ?? "failed"}`;
  if (status === "running") return `${times}running`;
  return `${times}${span(Math.max(0, (left ?? entered) - entered))}`;
};

/** The ladder: down the left, up the right. */
export const DrawnLadder = ({ ladder, standings, taken: ways, wide, high }: DrawnLadderProps) => {
  const places = placesOf(ladder, wide, high);
  const sideOf = new Map(ladder.rungs.map(({ name, side }) => [name, side]));
  return (
    <svg
      width={wide}
      height={high}
      class="ladder"
      role="img"
      aria-label="The definition as a ladder"
    >
      {ladder.ways.map(({ from, to, kind }) => {
        const [a, b] = [places.get(from), places.get(to)];
        if (!a || !b) return null;
        const taken = ways.has(`${from} ${to}`);
        const same = a.x === b.x;
        const down = b.y > a.y;
        const far = same && Math.abs(b.y - a.y) > a.h + 60;
        const right = b.x > a.x;
        const d = far
          ? `M${a.x} ${a.y + a.h / 2}H${a.x - 16}V${b.y + b.h / 2}H${b.x}`
          : same
            ? `M${a.x + a.w / 2} ${down ? a.y + a.h : a.y}V${down ? b.y : b.y + b.h}`
            : right
              ? `M${a.x + a.w} ${a.y + a.h / 2}C${a.x + a.w + 30} ${a.y + a.h / 2} ${b.x - 30} ${b.y + b.h / 2} ${b.x} ${b.y + b.h / 2}`
              : `M${a.x} ${a.y + a.h / 2}C${a.x - 30} ${a.y + a.h / 2} ${b.x + b.w + 30} ${b.y + b.h / 2} ${b.x + b.w} ${b.y + b.h / 2}`;
        const side = sideOf.get(to);
        return (
          <path
            key={`${from} ${to}`}
            class={`way ${kind} to-${side}${taken ? " taken" : ""}`}
            d={d}
            marker-end="url(#tip)"
          />
        );
      })}
      <defs>
        <marker
          id="tip"
          viewBox="0 0 8 8"
          refX="7"
          refY="4"
          markerWidth="7"
          markerHeight="7"
          orient="auto"
        >
          <path d="M0 0.5 8 4 0 7.500z" class="tip" />
        </marker>
      </defs>
      {ladder.rungs.map((rung) => {
        const place = places.get(rung.name);
        if (!place) return null;
        const { x, y, w, h } = place;
        const standing = standings.get(rung.name);
        const note = noteOf(rung, standing);
        return (
          <g key={rung.name} class={`rung ${rung.side} ${standing?.status ?? "ahead"}`}>
            <title>{`${rung.name}${note ? `: ${note}` : ""}`}</title>
            <rect x={x} y={y} width={w} height={h} rx={8} />
            {rung.pivot && (
              <text class="pivot" x={x + w - 10} y={y - 5} text-anchor="end">
                ◆ pivot
              </text>
            )}
            <text
              class="rung-name"
              style={{ fontSize: `${sizeOf(`✓ ${rung.name}`, w)}rem` }}
              x={x + 12}
              y={y + (note ? h / 2 - 3 : h / 2 + 5)}
            >
              {standing ? `${signs[standing.status]} ` : ""}
              {rung.name}
            </text>
            {note && (
              <text class="rung-note" x={x + 12} y={y + h / 2 + 15}>
                {note.length > 34 ? `${note.slice(0, 33)}…` : note}
              </text>
            )}
          </g>
        );
      })}
    </svg>
  );
};
