import { presenting } from "./state.ts";

/** So many widths are remembered. */
const MOST = 4_000;
const known = new Map<string, number>();
let pen: CanvasRenderingContext2D | null | undefined;

/** How wide a text is in the page's own type, in pixels; its size in rem. */
export const widthOf = (text: string, rem: number, weight: 400 | 600): number => {
  const key = `${presenting.value} ${rem} ${weight} ${text}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  pen ??= document.createElement("canvas").getContext("2d");
  if (!pen) return 0;
  const { fontSize, fontFamily } = getComputedStyle(document.documentElement);
  pen.font = `${weight} ${rem * Number.parseFloat(fontSize)}px ${fontFamily}`;
  const { width } = pen.measureText(text);
  if (known.size >= MOST) known.clear();
  known.set(key, width);
  return width;
};

/** Cuts a text to what fits in so many pixels. */
export const cutTo = (text: string, wide: number, rem: number, weight: 400 | 600): string => {
  if (widthOf(text, rem, weight) <= wide) return text;
  const each = widthOf(text, rem, weight) / text.length;
  let most = Math.max(2, Math.ceil(wide / each));
  while (most > 2 && widthOf(`${text.slice(0, most - 1)}…`, rem, weight) > wide) most -= 1;
  return `${text.slice(0, most - 1)}…`;
};
