/** A point in pixels. */
export type Point = [x: number, y: number];

/** Points one behind the other, with how far each is from the first. */
export type Trail = { points: Point[]; along: number[]; length: number };

/** Measures a line through points. */
export const trailOf = (points: Point[]): Trail => {
  const along = [0];
  for (let i = 1; i < points.length; i++) {
    const [[x1, y1], [x2, y2]] = [points[i - 1] as Point, points[i] as Point];
    along.push((along[i - 1] as number) + Math.hypot(x2 - x1, y2 - y1));
  }
  return { points, along, length: along.at(-1) ?? 0 };
};

/** The point that lies a part of the way (0 to 1) along a trail. */
export const pointOn = ({ points, along, length }: Trail, part: number): Point => {
  const way = Math.max(0, Math.min(1, part)) * length;
  let i = 1;
  while (i < points.length - 1 && (along[i] as number) < way) i += 1;
  const [[x1, y1], [x2, y2]] = [points[i - 1] as Point, points[i] as Point];
  const [from, to] = [along[i - 1] as number, along[i] as number];
  const share = to === from ? 0 : (way - from) / (to - from);
  return [x1 + (x2 - x1) * share, y1 + (y2 - y1) * share];
};

/** The path of an SVG through points, with round corners. */
export const rounded = (points: Point[], radius: number): string => {
  const [first] = points;
  if (!first) return "";
  let path = `M${first[0].toFixed(1)} ${first[1].toFixed(1)}`;
  for (let i = 1; i < points.length; i++) {
    const [x, y] = points[i] as Point;
    const next = points[i + 1];
    const [px, py] = points[i - 1] as Point;
    if (!next) {
      path += `L${x.toFixed(1)} ${y.toFixed(1)}`;
      continue;
    }
    const [inLong, outLong] = [Math.hypot(x - px, y - py), Math.hypot(next[0] - x, next[1] - y)];
    const r = Math.min(radius, inLong / 2, outLong / 2);
    if (r < 0.5) continue;
    const [ax, ay] = [x - ((x - px) / inLong) * r, y - ((y - py) / inLong) * r];
    const [bx, by] = [x + ((next[0] - x) / outLong) * r, y + ((next[1] - y) / outLong) * r];
    path += `L${ax.toFixed(1)} ${ay.toFixed(1)}Q${x.toFixed(1)} ${y.toFixed(1)} ${bx.toFixed(1)} ${by.toFixed(1)}`;
  }
  return path;
};
