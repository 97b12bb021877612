import { crc32, deflateSync, inflateSync } from "node:zlib";

/** A PNG's picture: three bytes a pixel. */
type Picture = { wide: number; high: number; pixels: Uint8Array };

const SIGNATURE = Buffer.from("89504e470d0a1a0a", "hex");

/** Reads what Chromium writes: eight bits a channel, not interlaced. Throws at another PNG. */
const decode = (png: Buffer): Picture => {
  const data: Buffer[] = [];
  let head: Buffer | undefined;
  for (let at = 8; at < png.length; ) {
    const size = png.readUInt32BE(at);
    const kind = png.toString("latin1", at + 4, at + 8);
    const body = png.subarray(at + 8, at + 8 + size);
    if (kind === "IHDR") head = body;
    if (kind === "IDAT") data.push(body);
    at += 12 + size;
  }
  const each = head?.[9] === 6 ? 4 : 3;
  if (head?.[8] !== 8 || (head[9] !== 2 && head[9] !== 6) || head[12] !== 0)
    throw new Error("Only pictures as Chromium takes them can be given a palette.");
  const [wide, high] = [head.readUInt32BE(0), head.readUInt32BE(4)];
  const raw = inflateSync(Buffer.concat(data));
  const row = wide * each;
  const plain = new Uint8Array(row * high);
  for (let y = 0; y < high; y++) {
    const filter = raw[y * (row + 1)];
    for (let x = 0; x < row; x++) {
      const at = y * row + x;
      const left = x >= each ? (plain[at - each] ?? 0) : 0;
      const up = y > 0 ? (plain[at - row] ?? 0) : 0;
      const corner = x >= each && y > 0 ? (plain[at - row - each] ?? 0) : 0;
      const [a, b, c] = [
        Math.abs(up - corner),
        Math.abs(left - corner),
        Math.abs(left + up - 2 * corner),
      ];
      const paeth = a <= b && a <= c ? left : b <= c ? up : corner;
      const guess = [0, left, up, (left + up) >> 1, paeth][filter ?? 0] ?? 0;
      plain[at] = (raw[y * (row + 1) + 1 + x] ?? 0) + guess;
    }
  }
  const pixels = new Uint8Array(wide * high * 3);
  for (let i = 0; i < wide * high; i++)
    for (let c = 0; c < 3; c++) pixels[i * 3 + c] = plain[i * each + c] ?? 0;
  return { wide, high, pixels };
};

type Colour = { rgb: [number, number, number]; count: number };

/** At most 256 colours for those that there are: the box with the largest spread of pixels is cut at its middle, again and again. */
const paletteOf = (colours: Colour[]): Colour["rgb"][] => {
  const spreadOf = (box: Colour[]) => {
    const spreads = [0, 1, 2].map((c) => {
      const values = box.map(({ rgb }) => rgb[c] ?? 0);
      return Math.max(...values) - Math.min(...values);
    });
    const axis = spreads.indexOf(Math.max(...spreads));
    const count = box.reduce((sum, one) => sum + one.count, 0);
    return { box, axis, weight: (spreads[axis] ?? 0) * Math.cbrt(count) };
  };
  const boxes = [spreadOf(colours)];
  while (boxes.length < 256) {
    boxes.sort((a, b) => a.weight - b.weight);
    const { box, axis, weight } = boxes.at(-1) ?? { box: [], axis: 0, weight: 0 };
    if (weight === 0) break;
    boxes.pop();
    box.sort((a, b) => (a.rgb[axis] ?? 0) - (b.rgb[axis] ?? 0));
    const [low, high] = [box[0]?.rgb[axis] ?? 0, box.at(-1)?.rgb[axis] ?? 0];
    const at = box.findIndex(({ rgb }) => (rgb[axis] ?? 0) > (low + high) / 2);
    boxes.push(spreadOf(box.slice(0, at)), spreadOf(box.slice(at)));
  }
  // The colour of a box is its commonest one: grounds keep exactly theirs.
  return boxes.map(({ box }) => box.reduce((a, b) => (b.count > a.count ? b : a)).rgb);
};

const chunk = (kind: string, body: Buffer): Buffer => {
  const named = Buffer.concat([Buffer.from(kind, "latin1"), body]);
  const [size, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  size.writeUInt32BE(body.length);
  sum.writeUInt32BE(crc32(named));
  return Buffer.concat([size, named, sum]);
};

/** The same picture with 256 colours at most: about a third of the bytes. */
export const withPalette = (png: Buffer): Buffer => {
  const { wide, high, pixels } = decode(png);
  const colours = new Map<number, Colour>();
  const keyAt = (i: number) =>
    ((pixels[i * 3] ?? 0) << 16) | ((pixels[i * 3 + 1] ?? 0) << 8) | (pixels[i * 3 + 2] ?? 0);
  for (let i = 0; i < wide * high; i++) {
    const key = keyAt(i);
    const known = colours.get(key);
    if (known) known.count += 1;
    else colours.set(key, { rgb: [key >> 16, (key >> 8) & 255, key & 255], count: 1 });
  }
  const palette = paletteOf([...colours.values()]);
  const nearest = new Map<number, number>();
  for (const [key, { rgb }] of colours) {
    const far = palette.map((one) => one.reduce((sum, v, c) => sum + (v - (rgb[c] ?? 0)) ** 2, 0));
    nearest.set(key, far.indexOf(Math.min(...far)));
  }
  const rows = Buffer.alloc((wide + 1) * high);
  for (let i = 0; i < wide * high; i++)
    rows[i + Math.floor(i / wide) + 1] = nearest.get(keyAt(i)) ?? 0;
  const head = Buffer.alloc(13);
  head.writeUInt32BE(wide, 0);
  head.writeUInt32BE(high, 4);
  head.set([8, 3, 0, 0, 0], 8);
  return Buffer.concat([
    SIGNATURE,
    chunk("IHDR", head),
    chunk("PLTE", Buffer.from(palette.flat())),
    chunk("IDAT", deflateSync(rows, { level: 9 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
};
