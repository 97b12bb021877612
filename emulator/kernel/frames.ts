import { fstatSync, readSync, writeFileSync } from "node:fs";
import { crc32 } from "node:zlib";

/** A place between two frames of a file: the bytes before it, and their checksum. */
export type Place = { at: number; sum: number };

/** One record of a file, and where the next one begins. The payload is good until the next frame is read. */
export type Frame = { payload: Buffer; next: Place };

export const beginning: Place = { at: 0, sum: 0 };

/** How much is read at a time. */
const PIECE = 1024 * 1024;

// A frame is the payload's length, a checksum, the payload, a checksum. Each checksum goes on from the one before it, so
// that no frame can be missing, and the length has one of its own: a wrong one is not taken for the end of the file.
const HEAD = 8;
const TAIL = 4;

/** Thrown for a frame that is not as it was written. */
export class Damaged extends Error {
  override name = "Damaged";
  readonly at: number;
  constructor(at: number) {
    super(`It is damaged at byte ${at}.`);
    this.at = at;
  }
}

/** The frames between two places of a file, read in pieces. It ends before one that is not all there. */
export function* framesOf(fd: number, from: Place, to: number, piece = PIECE): Generator<Frame> {
  let window = Buffer.alloc(0);
  let start = from.at;
  const read = (at: number, length: number): Buffer | undefined => {
    if (at + length > to) return undefined;
    if (at + length > start + window.length) {
      start = at;
      window = Buffer.allocUnsafe(Math.min(Math.max(piece, length), to - at));
      for (let filled = 0; filled < window.length; ) {
        const count = readSync(fd, window, filled, window.length - filled, at + filled);
        if (count === 0) throw new Damaged(at + filled); // shorter than it was a moment ago
        filled += count;
      }
    }
    return window.subarray(at - start, at - start + length);
  };
  for (let place = from; ; ) {
    const head = read(place.at, HEAD);
    if (!head) return;
    const length = head.readUInt32LE(0);
    const sum = crc32(head.subarray(0, 4), place.sum);
    if (sum !== head.readUInt32LE(4)) throw new Damaged(place.at);
    const rest = read(place.at + HEAD, length + TAIL);
    if (!rest) return;
    const payload = rest.subarray(0, length);
    const next = { at: place.at + HEAD + length + TAIL, sum: crc32(payload, sum) };
    if (next.sum !== rest.readUInt32LE(length)) throw new Damaged(place.at);
    yield { payload, next };
    place = next;
  }
}

/** A file that frames are written to the end of. */
export type FrameFile = { fd: number; end: () => Place; append: (payload: Buffer) => void };

/** Writes frames behind a place that is the end of a file. Throws where it cannot, and where the file is deleted. */
export const frameFile = (fd: number, place = beginning): FrameFile => {
  let end = place;
  return {
    fd,
    end: () => end,
    append(payload) {
      const { length } = payload;
      const bytes = Buffer.allocUnsafe(HEAD + length + TAIL);
      bytes.writeUInt32LE(length, 0);
      const head = crc32(bytes.subarray(0, 4), end.sum);
      bytes.writeUInt32LE(head, 4);
      payload.copy(bytes, HEAD);
      const sum = crc32(payload, head);
      bytes.writeUInt32LE(sum, HEAD + length);
      writeFileSync(fd, bytes); // all of it, where writeSync may write a part
      end = { at: end.at + bytes.length, sum };
      // The system goes on writing to a file that has no name any more, and nobody can open it again.
      if (fstatSync(fd).nlink === 0) throw new Error("its file was deleted");
    },
  };
};
