import { crc32 } from "node:zlib";

/** A zip archive of one file, not compressed: what Lambda takes as code. */
export const zipOf = (name: string, content: Buffer): Buffer => {
  const fields = (...parts: [bytes: 2 | 4, value: number][]) =>
    Buffer.concat(
      parts.map(([bytes, value]) => {
        const part = Buffer.alloc(bytes);
        part.writeUIntLE(value, 0, bytes);
        return part;
      }),
    );
  const file = Buffer.from(name);
  // Version, flags, method, time, date (1 January 1980), checksum, sizes, length of the name, no extra field.
  const about = fields(
    [2, 20],
    [2, 0],
    [2, 0],
    [2, 0],
    [2, 33],
    [4, crc32(content)],
    [4, content.length],
    [4, content.length],
    [2, file.length],
    [2, 0],
  );
  const local = Buffer.concat([fields([4, 0x04034b50]), about, file, content]);
  const attributes = fields([2, 0], [2, 0], [2, 0], [4, (0o644 << 16) >>> 0], [4, 0]);
  const central = Buffer.concat([fields([4, 0x02014b50], [2, 0x0314]), about, attributes, file]);
  const end = fields(
    [4, 0x06054b50],
    [2, 0],
    [2, 0],
    [2, 1],
    [2, 1],
    [4, central.length],
    [4, local.length],
    [2, 0],
  );
  return Buffer.concat([local, central, end]);
};
