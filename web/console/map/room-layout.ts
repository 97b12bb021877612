import type { ShopMap, Thing } from "../types.ts";
import type { Box, DrawnWire } from "./layout.ts";
import { type Point, rounded, trailOf } from "./path.ts";

/** Where everything of one room stands, and what is beside it. */
export type RoomLayout = {
  things: (Thing & Box)[];
  /** Things of other rooms that this room deals with. */
  beside: (Box & { id: string; room: string })[];
  wires: DrawnWire[];
};

const pad = 16;
const chip = 30;

/** Spreads things in columns, top to bottom. */
const inColumns = <T>(all: T[], box: Box, columns: number, most: number): (T & Box)[] => {
  const rows = Math.max(1, Math.ceil(all.length / columns));
  const [spaceX, spaceY] = [22, 14];
  const w = (box.w - spaceX * (columns - 1)) / columns;
  const h = Math.min(most, (box.h - spaceY * (rows - 1)) / rows);
  const left = (box.h - rows * h - (rows - 1) * spaceY) / 2;
  return all.map((one, i) => ({
    ...one,
    x: box.x + Math.floor(i / rows) * (w + spaceX),
    y: box.y + left + (i % rows) * (h + spaceY),
    w,
    h,
  }));
};

const curve = (a: Box, b: Box): Point[] => {
  const right = a.x + a.w <= b.x;
  const left = b.x + b.w <= a.x;
  const [ay, by] = [a.y + a.h / 2, b.y + b.h / 2];
  if (!right && !left) {
    const x = Math.max(a.x + a.w, b.x + b.w) + 9;
    return [
      [a.x + a.w, ay],
      [x, ay],
      [x, by],
      [b.x + b.w, by],
    ];
  }
  const [from, to] = right ? [a.x + a.w, b.x] : [a.x, b.x + b.w];
  const middle = right ? to - 11 : to + 11;
  return [
    [from, ay],
    [middle, ay],
    [middle, by],
    [to, by],
  ];
};

/** Lays out a room: who comes in on the left, functions in the middle, what is kept and who is told on the right. */
export const layOutRoom = (map: ShopMap, room: string, wide: number, high: number): RoomLayout => {
  if (wide < 300 || high < 200) return { things: [], beside: [], wires: [] };
  const own = map.things.filter((thing) => thing.room === room && thing.kind !== "saga");
  const ids = new Set(own.map(({ id }) => id));
  const roomOf = new Map(map.things.map((thing) => [thing.id, thing.room]));
  const touching = map.wires.filter(({ from, to }) => ids.has(from) !== ids.has(to));
  const side = (pick: (wire: (typeof touching)[number]) => string) =>
    [...new Set(touching.map(pick).filter((id) => !ids.has(id)))].sort();
  const sources = side(({ from }) => from);
  const targets = side(({ to }) => to).filter((id) => !sources.includes(id));

  const sideWide = Math.min(160, wide * 0.14);
  const functions = own.filter(({ kind }) => kind === "function");
  const queues = own.filter(({ kind }) => kind === "queue");
  const stores = own.filter(({ kind }) => kind !== "function" && kind !== "queue");
  const chips = (all: string[], x: number) =>
    inColumns(
      all.map((id) => ({ id, room: roomOf.get(id) ?? "" })),
      { x, y: pad, w: sideWide, h: high - pad * 2 },
      1,
      chip,
    );
  const left = pad + sideWide + 34;
  const right = wide - pad - (targets.length > 0 ? sideWide + 34 : 0);
  const storeWide = Math.min(190, (right - left) * 0.22);
  const queueWide = queues.length > 0 ? storeWide : 0;
  const columns = functions.length > 5 ? 2 : 1;
  const at = (x: number, w: number): Box => ({ x, y: pad, w, h: high - pad * 2 });
  const functionsAt = left + queueWide + (queueWide > 0 ? 40 : 0);
  const things = [
    ...inColumns(queues, at(left, queueWide), 1, 66),
    ...inColumns(functions, at(functionsAt, right - storeWide - 40 - functionsAt), columns, 58),
    ...inColumns(stores, at(right - storeWide, storeWide), 1, 80),
  ];
  const beside = [...chips(sources, pad), ...chips(targets, wide - pad - sideWide)];
  const boxes = new Map<string, Box>([...things, ...beside].map((one) => [one.id, one]));
  const wires = map.wires.flatMap(({ from, to, kind }): DrawnWire[] => {
    const [a, b] = [boxes.get(from), boxes.get(to)];
    if (!a || !b || !(ids.has(from) || ids.has(to))) return [];
    const points = curve(a, b);
    return [{ from, to, kind, count: 1, path: rounded(points, 7), trail: trailOf(points) }];
  });
  return { things, beside, wires };
};
