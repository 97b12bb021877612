import { useMemo, useState } from "preact/hooks";
import { isPress } from "../keys-of.ts";
import { base, go, query } from "../route.ts";
import { depths } from "../state.ts";
import type { ShopMap } from "../types.ts";
import { nameIn } from "../words.ts";
import { Cell } from "./cell.tsx";
import { Dots } from "./dots.tsx";
import { layOutRoom } from "./room-layout.ts";
import { sumOf, tallied } from "./tally.ts";
import { useSize } from "./use-size.ts";

/** The platform is no room: its things stand on the whole map. */
const openBeside = (id: string, room: string) =>
  go(room === "platform" ? `map?thing=${id}` : `map/${room}?thing=${id}`);

/** One room of the map, with each of its things. */
export const RoomView = ({ map, room }: { map: ShopMap; room: string }) => {
  const { ref, wide, high } = useSize();
  const [over, setOver] = useState<string | undefined>();
  tallied.value;
  const chosen = query.value.get("thing") ?? undefined;
  const { things, beside, wires } = useMemo(
    () => layOutRoom(map, room, wide, high),
    [map, room, wide, high],
  );
  const partOf = useMemo(() => new Map(map.things.map(({ id }) => [id, id])), [map]);
  const api = map.things.find(({ kind }) => kind === "api")?.id ?? "";
  const focus = over ?? chosen;
  const near = new Set(
    focus === undefined
      ? []
      : wires.flatMap(({ from, to }) => (from === focus || to === focus ? [from, to] : [])),
  );
  const label = map.rooms.find(({ id }) => id === room)?.label ?? room;
  return (
    <div class="room-view">
      <h1>
        <a href={`${base}map`}>Map</a> <span aria-hidden="true">›</span> {label}
      </h1>
      <div class="map-box" ref={ref}>
        <svg width={wide} height={high} aria-label={`The room ${label}`}>
          {wires.map(({ from, to, kind, path }) => (
            <path
              key={`${from} ${to}`}
              data-wire={`${from} ${to}`}
              class={`wire ${kind}${focus !== undefined && (from === focus || to === focus) ? " near" : ""}${focus !== undefined && from !== focus && to !== focus ? " far" : ""}`}
              d={path}
            />
          ))}
          {beside.map(({ id, room, x, y, w, h }) => (
            // biome-ignore lint/a11y/useSemanticElements: an SVG has no buttons
            <g
              key={id}
              class={focus !== undefined && !near.has(id) ? "chip dimmed" : "chip"}
              role="button"
              tabindex={0}
              onClick={() => openBeside(id, room)}
              onKeyDown={(event) => {
                if (isPress(event)) openBeside(id, room);
              }}
              onPointerEnter={() => setOver(id)}
              onPointerLeave={() => setOver(undefined)}
            >
              <title>
                {id} of {room}
              </title>
              <rect x={x} y={y} width={Math.max(0, w)} height={h} rx={h / 2} />
              <text x={x + w / 2} y={y + h / 2 + 4.5} text-anchor="middle">
                {id.length > 21 ? `${id.slice(0, 20)}…` : id}
              </text>
            </g>
          ))}
          {things.map((thing) => {
            const { retries, failed, passed } = sumOf([thing.id]);
            return (
              <Cell
                key={thing.id}
                box={thing}
                kind={thing.kind}
                title={nameIn(thing.id, room)}
                note={thing.schedule ?? (passed > 0 ? `${passed.toLocaleString("en")} passed` : "")}
                depth={depths.value.value[thing.id] ?? {}}
                retries={retries}
                failed={failed}
                selected={thing.id === chosen}
                dimmed={focus !== undefined && focus !== thing.id && !near.has(thing.id)}
                onOpen={() => go(`map/${room}?thing=${thing.id}`)}
                onHover={(is) => setOver(is ? thing.id : undefined)}
              />
            );
          })}
        </svg>
        <Dots wires={wires} partOf={partOf} api={api} wide={wide} high={high} />
      </div>
    </div>
  );
};
