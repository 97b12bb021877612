import { useMemo, useState } from "preact/hooks";
import { isPress } from "../keys-of.ts";
import { go } from "../route.ts";
import { depths } from "../state.ts";
import type { Part, ShopMap } from "../types.ts";
import { nameIn } from "../words.ts";
import { Cell } from "./cell.tsx";
import { Dots } from "./dots.tsx";
import { layOut } from "./layout.ts";
import { depthOf } from "./sums.ts";
import { sumOf, tallied } from "./tally.ts";
import { useSize } from "./use-size.ts";

/** The title of a part, and what stands below it while nothing happens. */
const titleOf = ({ id, kind, label, room, members }: Part): { title: string; note: string } => {
  if (kind === "api") return { title: "API", note: "" };
  if (kind === "saga" || kind === "bus") return { title: label, note: "" };
  if (kind === "relay") return { title: "Relay", note: "" };
  if (kind === "room")
    return {
      title: `${members.length} things`,
      note: members.map((one) => nameIn(one, room)).join(", "),
    };
  if (members.length === 1) return { title: nameIn(id, room), note: "" };
  if (kind === "store") return { title: nameIn(label, room), note: "and its outbox" };
  if (kind === "front")
    return { title: nameIn(label, room), note: `and ${members.length - 1} more` };
  const [first = "", second = ""] = label.split(", ").reverse();
  const [count = "", what = ""] = first.split(" ");
  return {
    title: what.charAt(0).toUpperCase() + what.slice(1),
    note: second ? `${count} and ${second}` : count,
  };
};

const notes: Record<string, string> = {
  bus: "EventBridge · archived for replay",
  saga: "Step Functions",
};

/** The whole shop: its contexts as rooms, the bus and the sagas between. */
export const WholeMap = ({ map }: { map: ShopMap }) => {
  const { ref, wide, high } = useSize();
  const [over, setOver] = useState<string | undefined>();
  tallied.value;
  const { rooms, parts, wires } = useMemo(() => layOut(map, wide, high), [map, wide, high]);
  const partOf = useMemo(
    () => new Map(map.parts.flatMap(({ id, members }) => members.map((one) => [one, id] as const))),
    [map],
  );
  const api = parts.find(({ kind }) => kind === "api")?.id ?? "";
  const near = new Set(
    over === undefined
      ? []
      : wires.flatMap(({ from, to }) => (from === over || to === over ? [from, to] : [])),
  );
  const open = ({ id, kind, room, members }: Part) => {
    if (kind === "saga") go(`saga/${id}`);
    else if (kind === "bus" || kind === "api") go(`map?thing=${id}`);
    else go(members.length === 1 ? `map/${room}?thing=${id}` : `map/${room}`);
  };
  return (
    <div class="map-box" ref={ref}>
      <h1 class="visually-hidden">Map</h1>
      <svg width={wide} height={high} aria-label="The map of the shop">
        {rooms.map(({ id, x, y, w, h }) => (
          <g key={id} class="room">
            <rect x={x} y={y} width={Math.max(0, w)} height={Math.max(0, h)} rx={12} />
          </g>
        ))}
        {wires.map(({ from, to, kind, path }) => (
          <path
            key={`${from} ${to}`}
            data-wire={`${from} ${to}`}
            class={`wire ${kind}${from === over || to === over ? " near" : ""}`}
            d={path}
          />
        ))}
        {/* After the wires, for no wire may cross a name. */}
        {rooms.map(({ id, label, x, y }) => (
          // biome-ignore lint/a11y/useSemanticElements: an SVG has no buttons
          <text
            key={id}
            class="room-name"
            role="button"
            tabindex={0}
            x={x + 12}
            y={y + 18}
            onClick={() => go(`map/${id}`)}
            onKeyDown={(event) => {
              if (isPress(event)) go(`map/${id}`);
            }}
          >
            {label} <tspan class="room-open">open ⤢</tspan>
          </text>
        ))}
        {parts.map((part) => {
          const { title, note } = titleOf(part);
          const { retries, failed, passed } = sumOf(part.members);
          const idle =
            notes[part.kind] ??
            (note || (passed > 0 ? `${passed.toLocaleString("en")} passed` : ""));
          return part.kind === "api" ? (
            <ApiBar key={part.id} part={part} passed={passed} onOpen={() => open(part)} />
          ) : (
            <Cell
              key={part.id}
              box={part}
              kind={part.kind}
              title={title}
              note={idle}
              depth={depthOf(part.members, depths.value.value)}
              retries={retries}
              failed={failed}
              selected={false}
              dimmed={over !== undefined && over !== part.id && !near.has(part.id)}
              onOpen={() => open(part)}
              onHover={(is) => setOver(is ? part.id : undefined)}
            />
          );
        })}
      </svg>
      <Dots wires={wires} partOf={partOf} api={api} wide={wide} high={high} />
    </div>
  );
};

type ApiBarProps = {
  part: { x: number; y: number; w: number; h: number };
  passed: number;
  onOpen: () => void;
};

/** The API, where requests come in. */
const ApiBar = ({ part: { x, y, w, h }, passed, onOpen }: ApiBarProps) => (
  // biome-ignore lint/a11y/useSemanticElements: an SVG has no buttons
  <g
    class="cell is-api"
    role="button"
    tabindex={0}
    onClick={onOpen}
    onKeyDown={(event) => {
      if (isPress(event)) onOpen();
    }}
  >
    <title>{`HTTP API: ${passed} requests`}</title>
    <rect class="cell-box" x={x} y={y} width={Math.max(0, w)} height={Math.max(0, h)} rx={10} />
    <text class="cell-title" x={x + w / 2} y={y + h / 2 - 12} text-anchor="middle">
      HTTP API
    </text>
    <text class="cell-count" x={x + w / 2} y={y + h / 2 + 16} text-anchor="middle">
      {passed}
    </text>
    <text class="cell-note" x={x + w / 2} y={y + h / 2 + 34} text-anchor="middle">
      requests
    </text>
  </g>
);
