import { createHash } from "node:crypto";
import { createReadStream, type Stats } from "node:fs";
import { open, stat } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip, createGzip, gzipSync } from "node:zlib";
import { CannotStart } from "../kernel/refusals.ts";
import type { JsonSize } from "./json-size.ts";

/**
 * A file of lines in two members of gzip, which `zcat` reads as one text. The second has the last line alone: the SHA-256
 * of all bytes of the first. Both begin with the same ten bytes, whatever the machine, so that no byte of it may differ.
 */
const BEGINNING = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);

/** Says of a file that it is no recording, or none that can be read: one sentence for whoever brought it. */
export const unreadable = (name: string, why: string): CannotStart =>
  new CannotStart(`${name} ${why}.`);

const seal = (sha256: string): Buffer => {
  const member = gzipSync(`{"sha256":"${sha256}"}\n`, { level: 0 });
  BEGINNING.copy(member);
  return member;
};
const SEAL_BYTES = seal("0".repeat(64)).length;

/** So much text is compressed at once. */
const PIECE = 64 * 1024;

/** The bytes of a sealed file, made as they are asked for. */
export async function* sealed(lines: AsyncIterable<string>): AsyncGenerator<Buffer> {
  const gzip = createGzip();
  const pieces = async function* () {
    let text = "";
    for await (const line of lines) {
      text += `${line}\n`;
      if (text.length < PIECE) continue;
      yield text;
      text = "";
    }
    yield text;
  };
  const feeding = pipeline(Readable.from(pieces()), gzip);
  feeding.catch(() => {}); // whoever reads it hears of that
  const hash = createHash("sha256");
  let head: Buffer | undefined = Buffer.alloc(0);
  try {
    for await (const chunk of gzip) {
      const bytes: Buffer = head ? Buffer.concat([head, chunk]) : chunk;
      if (head && bytes.length < BEGINNING.length) {
        head = bytes;
        continue;
      }
      if (head) BEGINNING.copy(bytes);
      head = undefined;
      hash.update(bytes);
      yield bytes;
    }
    await feeding;
    yield seal(hash.digest("hex"));
  } finally {
    gzip.destroy();
  }
}

/**
 * How much is taken from a sealed file: its bytes and those that come of them, the characters of a line, and what a line
 * may make of them. `values` is for all lines together: what is made of them costs memory by their number, more than
 * their text does.
 */
export type Bounds = {
  file: number;
  inflated: number;
  line: number;
  each: JsonSize;
  values: number;
};

const MB = 1024 * 1024;

/** More than any recording has; so much that a process of usual size holds it (README.md has the figures). */
export const usualBounds: Bounds = {
  file: 256 * MB,
  inflated: 256 * MB,
  line: 32 * MB,
  each: { values: 1_000_000, depth: 1_000, text: 16 * MB },
  values: 8_000_000,
};

const statOf = async (file: string, name: string): Promise<Stats> => {
  try {
    return await stat(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw unreadable(name, code === "ENOENT" ? "is not there" : `cannot be read (${code})`);
  }
};

/** Checks every byte of a file against its seal, before any of it is believed. */
const checkSeal = async (file: string, name: string, size: number, signal?: AbortSignal) => {
  const handle = await open(file).catch((error: NodeJS.ErrnoException) => {
    throw unreadable(name, `cannot be read (${error.code})`);
  });
  try {
    const head = Buffer.alloc(BEGINNING.length);
    await handle.read(head, 0, head.length, 0);
    if (!head.equals(BEGINNING)) throw unreadable(name, "is no recorded run");
    const end = Math.max(0, size - SEAL_BYTES);
    const hash = createHash("sha256");
    if (end > 0)
      for await (const chunk of createReadStream(file, { start: 0, end: end - 1, signal }))
        hash.update(chunk);
    const found = Buffer.alloc(SEAL_BYTES);
    await handle.read(found, 0, SEAL_BYTES, end);
    if (!found.equals(seal(hash.digest("hex"))))
      throw unreadable(
        name,
        "is damaged: its checksum does not fit, so it was cut off or changed on its way",
      );
    return end;
  } finally {
    await handle.close();
  }
};

/**
 * The lines of a sealed file. Throws CannotStart, with one sentence, for a file that is none, or is damaged or too large;
 * and an AbortError where `signal` ends it.
 */
export async function* linesOfSealed(
  file: string,
  name: string,
  bounds: Bounds = usualBounds,
  signal?: AbortSignal,
): AsyncGenerator<string> {
  const found = await statOf(file, name);
  if (found.isDirectory()) throw unreadable(name, "is a directory, not a recorded run");
  if (!found.isFile()) throw unreadable(name, "is no file, so it is no recorded run");
  if (found.size === 0) throw unreadable(name, "is empty, so it is no recorded run");
  if (found.size > bounds.file)
    throw unreadable(name, `is larger than ${bounds.file / MB} MB, more than a recorded run has`);
  const end = await checkSeal(file, name, found.size, signal);

  // Of the line that is not whole yet. To join them at each chunk would take as long as the line's square.
  let pieces: string[] = [];
  let long = 0;
  let inflated = 0;
  const bytes = createReadStream(file, { start: 0, end: end - 1 });
  const text = createGunzip();
  pipeline(bytes, text).catch(() => {}); // whoever reads the text hears of that
  const decoder = new TextDecoder("utf-8", { fatal: true });
  try {
    for await (const chunk of text) {
      signal?.throwIfAborted();
      inflated += chunk.length;
      if (inflated > bounds.inflated)
        throw unreadable(
          name,
          `has more than ${bounds.inflated / MB} MB of text in it, more than a recorded run has`,
        );
      for (const [i, piece] of decoder.decode(chunk, { stream: true }).split("\n").entries()) {
        if (i > 0) {
          yield pieces.join("");
          [pieces, long] = [[], 0];
        }
        pieces.push(piece);
        long += piece.length;
        if (long > bounds.line)
          throw unreadable(name, "has a line that is longer than any of a recorded run");
      }
    }
  } catch (error) {
    if (error instanceof CannotStart || signal?.aborted) throw error;
    throw unreadable(name, "is damaged: it cannot be unpacked");
  } finally {
    text.destroy();
  }
  if (long > 0) throw unreadable(name, "is damaged: its last line is not whole");
}
