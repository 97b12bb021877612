import type { Part, Room, ShopMap, Wire } from "../types.ts";
import { type Point, rounded, type Trail, trailOf } from "./path.ts";

/** Where something stands, in pixels. */
export type Box = { x: number; y: number; w: number; h: number };

/** A wire between two parts, as it is drawn. */
export type DrawnWire = {
  from: string;
  to: string;
  kind: Wire["kind"];
  /** How many wires between things it stands for. */
  count: number;
  path: string;
  trail: Trail;
};

/** Where everything of a map stands. */
export type MapLayout = {
  rooms: (Room & Box)[];
  parts: (Part & Box)[];
  wires: DrawnWire[];
};

type Placed = Map<string, Box>;

const edge = 12;
const apiWide = 92;
const trunk = 26;
const head = 26;
const gap = 26;
const bandHigh = 30;
const between = 8;

/** Wires of the map between parts: those within a part are not seen. */
export const wiresOf = ({ wires, parts }: ShopMap): Omit<DrawnWire, "path" | "trail">[] => {
  const partOf = new Map(parts.flatMap((part) => part.members.map((id) => [id, part.id] as const)));
  const seen = new Map<string, Omit<DrawnWire, "path" | "trail">>();
  for (const { from, to, kind } of wires) {
    const [a, b] = [partOf.get(from), partOf.get(to)];
    if (!a || !b || a === b) continue;
    const key = `${a} ${b}`;
    const known = seen.get(key);
    if (!known) seen.set(key, { from: a, to: b, kind, count: 1 });
    else {
      known.count += 1;
      // Where both pass, the event is what tells two parts apart.
      if (kind === "event") known.kind = "event";
    }
  }
  return [...seen.values()];
};

/** Rooms in two rows: those that publish above the bus, those that only hear below, others where they belong most. */
const rowsOf = ({ rooms, things, wires }: ShopMap): [above: Room[], below: Room[]] => {
  const roomOf = new Map(things.map(({ id, room }) => [id, room]));
  const size = (room: Room) => things.filter((thing) => thing.room === room.id).length;
  const ties = (a: Room, b: Room) =>
    wires.filter(({ from, to }) => {
      const [x, y] = [roomOf.get(from), roomOf.get(to)];
      return (x === a.id && y === b.id) || (x === b.id && y === a.id);
    }).length;
  const bySize = (a: Room, b: Room) => size(b) - size(a);
  const above = rooms.filter(({ side }) => side === "publishes").sort(bySize);
  const below = rooms.filter(({ side }) => side === "hears").sort(bySize);
  for (const room of rooms
    .filter(({ side }) => side === "between")
    .sort(bySize)
    .reverse()) {
    const best = [...above, ...below].sort((a, b) => ties(room, b) - ties(room, a))[0];
    const row = best && above.includes(best) && above.length <= below.length ? above : undefined;
    if (row && best) row.splice(row.indexOf(best) + 1, 0, room);
    else below.push(room);
  }
  return [above, below];
};

/** Cells of a room: `out` is the row away from the bus, `in` the one next to it. */
const cellsOf = (own: Part[], room: Box, isAbove: boolean): Map<string, Box> => {
  const pad = 9;
  const [y, h] = [room.y + head, room.h - head - pad];
  const of = (...kinds: Part["kind"][]) => own.filter(({ kind }) => kinds.includes(kind));
  const rows = isAbove
    ? [of("front", "store"), of("work", "relay", "room")]
    : [of("work", "store", "room"), of("front")];
  const lines = rows.filter((row) => row.length > 0);
  const space = 13;
  const high = (h - space * (lines.length - 1)) / lines.length;
  const cells = new Map<string, Box>();
  for (const [i, line] of lines.entries()) {
    const columns = Math.max(...lines.map((one) => one.length));
    const wide = (room.w - pad * 2 - space * (columns - 1)) / columns;
    for (const [j, part] of line.entries())
      cells.set(part.id, {
        x: room.x + pad + j * (wide + space),
        y: y + i * (high + space),
        w: line.length === 1 && part.kind === "room" ? room.w - pad * 2 : wide,
        h: high,
      });
  }
  return cells;
};

/** Gives each wire that leaves a cell's edge a place of its own on it. */
const slots = () => {
  const taken = new Map<string, number>();
  const order = [0.5, 0.3, 0.7, 0.4, 0.6, 0.2, 0.8, 0.35, 0.65];
  return (id: string, side: string, { x, w }: Box) => {
    const count = taken.get(`${id} ${side}`) ?? 0;
    taken.set(`${id} ${side}`, count + 1);
    return x + w * (order[count % order.length] ?? 0.5);
  };
};

/** Lays a map out in so many pixels, from its data alone; nothing where there is no room for it. */
export const layOut = (map: ShopMap, wide: number, high: number): MapLayout => {
  if (wide < 300 || high < 200) return { rooms: [], parts: [], wires: [] };
  const [above, below] = rowsOf(map);
  const sagas = map.parts.filter(({ kind }) => kind === "saga");
  const bus = map.parts.filter(({ kind }) => kind === "bus");
  const bands = [...sagas, ...bus];
  const middle = bands.length * (bandHigh + between) - between + gap * 2;
  const x0 = edge + apiWide + trunk;
  const rowsWide = wide - x0 - edge;
  const top = edge + trunk / 2;
  const rowHigh = Math.max(80, (high - top * 2 - middle) / 2);
  const bandsAt = top + rowHigh + gap;
  const belowAt = top + rowHigh + middle;

  const rooms: (Room & Box)[] = [];
  const boxes: Placed = new Map();
  for (const [row, y, isAbove] of [
    [above, top, true],
    [below, belowAt, false],
  ] as const) {
    const space = 16;
    const w = (rowsWide - space * (row.length - 1)) / Math.max(1, row.length);
    for (const [i, room] of row.entries()) {
      const box = { x: x0 + i * (w + space), y, w, h: rowHigh };
      rooms.push({ ...room, ...box });
      const own = map.parts.filter((part) => part.room === room.id && !bands.includes(part));
      for (const [id, cell] of cellsOf(own, box, isAbove)) boxes.set(id, cell);
    }
  }
  for (const [i, band] of bands.entries())
    boxes.set(band.id, { x: x0, y: bandsAt + i * (bandHigh + between), w: rowsWide, h: bandHigh });
  for (const { id, kind } of map.parts)
    if (kind === "api") boxes.set(id, { x: edge, y: edge, w: apiWide, h: high - edge * 2 });

  const parts = map.parts.flatMap((part) => {
    const box = boxes.get(part.id);
    return box ? [{ ...part, ...box }] : [];
  });
  const draw = router(parts, rooms, { bandsAt, belowAt, top, high, rowHigh });
  const wires = wiresOf(map).flatMap((wire) => {
    const points = draw(wire);
    return points.length > 1 ? [{ ...wire, path: rounded(points, 8), trail: trailOf(points) }] : [];
  });
  return { rooms, parts, wires };
};

type Rows = { bandsAt: number; belowAt: number; top: number; high: number; rowHigh: number };

/** Draws wires in right angles, through the streets between rooms and beside cells. */
const router = (parts: (Part & Box)[], rooms: (Room & Box)[], rows: Rows) => {
  const partOf = new Map(parts.map((part) => [part.id, part]));
  const roomOf = new Map(rooms.map((room) => [room.id, room]));
  const slot = slots();
  let street = 0;
  const isBand = ({ kind }: Part) => kind === "saga" || kind === "bus";
  const isAbove = (box: Box) => box.y < rows.bandsAt;
  const mid = ({ x, y, w, h }: Box): Point => [x + w / 2, y + h / 2];
  /** The edge of a cell towards the bus. */
  const inner = (box: Box) => (isAbove(box) ? box.y + box.h : box.y);
  /** A line of its own in the street between a row and the bands. */
  const inStreet = (above: boolean) => {
    street = (street + 1) % 5;
    return above ? rows.bandsAt - 5 - street * 4 : rows.belowAt - gap + 5 + street * 4;
  };

  const toBand = (cell: Part & Box, band: Box): Point[] => {
    const x = slot(cell.id, "in", cell);
    return [
      [x, inner(cell)],
      [x, isAbove(cell) ? band.y : band.y + band.h],
    ];
  };
  const withApi = (cell: Part & Box, api: Box, room: Box): Point[] => {
    const above = isAbove(cell);
    const isOuter = above
      ? cell.y < room.y + head + 1
      : cell.y + cell.h > room.y + room.h - head / 2;
    if (isOuter) {
      const x = slot(cell.id, "out", cell);
      const y = above ? room.y - 8 : room.y + room.h + 8;
      return [
        [api.x + api.w, y],
        [x, y],
        [x, above ? cell.y : cell.y + cell.h],
      ];
    }
    const x = slot(cell.id, "in", cell);
    const y = inStreet(above);
    return [
      [api.x + api.w, y],
      [x, y],
      [x, inner(cell)],
    ];
  };
  const inRoom = (a: Box, b: Box): Point[] => {
    const [p, q] = [mid(a), mid(b)];
    if (Math.abs(p[1] - q[1]) < a.h / 2) {
      const right = p[0] < q[0];
      return [
        [right ? a.x + a.w : a.x, p[1]],
        [right ? b.x : b.x + b.w, p[1]],
      ];
    }
    const down = p[1] < q[1];
    const [from, to] = [down ? a.y + a.h : a.y, down ? b.y : b.y + b.h];
    if (Math.abs(p[0] - q[0]) < a.w / 2)
      return [
        [p[0], from],
        [p[0], to],
      ];
    const between = (from + to) / 2;
    const side = p[0] < q[0] ? 0.8 : 0.2;
    const [x1, x2] = [a.x + a.w * side, b.x + b.w * (1 - side)];
    return [
      [x1, from],
      [x1, between],
      [x2, between],
      [x2, to],
    ];
  };
  /** Out of a cell to the street before the bands; past the cell that stands before it, where one does. */
  const toStreet = (cell: Part & Box, y: number): Point[] => {
    const room = roomOf.get(cell.room);
    const above = isAbove(cell);
    const isInner =
      !room || (above ? cell.y + cell.h > room.y + room.h - 12 : cell.y < room.y + head + 1);
    if (isInner) {
      const x = slot(cell.id, "in", cell);
      return [
        [x, inner(cell)],
        [x, y],
      ];
    }
    const x = cell.x + cell.w + 8;
    return [
      [cell.x + cell.w, cell.y + cell.h / 2],
      [x, cell.y + cell.h / 2],
      [x, y],
    ];
  };
  const across = (a: Part & Box, b: Part & Box): Point[] => {
    const y = inStreet(isAbove(b));
    const [start, end] = [toStreet(a, y), toStreet(b, y)];
    return [...start, ...end.reverse()];
  };

  return ({ from, to }: { from: string; to: string }): Point[] => {
    const [a, b] = [partOf.get(from), partOf.get(to)];
    if (!a || !b) return [];
    if (isBand(a) && isBand(b)) return [];
    if (isBand(b)) return toBand(a, b);
    if (isBand(a)) return toBand(b, a).reverse();
    if (a.kind === "api") return withApi(b, a, roomOf.get(b.room) ?? b);
    if (b.kind === "api") return withApi(a, b, roomOf.get(a.room) ?? a).reverse();
    if (a.room === b.room) return inRoom(a, b);
    return across(a, b);
  };
};
