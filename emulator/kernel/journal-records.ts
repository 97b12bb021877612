import { brotliCompressSync, brotliDecompressSync, constants } from "node:zlib";
import type { Change } from "./keep.ts";

/** What a payload holds, by its first byte. */
const kinds = { header: "h", changes: "c", compressed: "z", compacted: "m" } as const;

/** The first record of a journal: what it is of, and how the others are to be read. */
export type Header = { journal: string; version: number };

/** A group of changes that belong together, and when they were written down. */
export type Group = { at: number; changes: Change[] };

/** From this length on, what is said again and again in a group is worth the time that it takes to say it once. */
const WORTH = 4096;

const payloadOf = (kind: string, body: Buffer) => Buffer.concat([Buffer.from(kind), body]);

const compress = (text: Buffer) =>
  brotliCompressSync(text, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 1,
      [constants.BROTLI_PARAM_LGWIN]: 18,
      [constants.BROTLI_PARAM_SIZE_HINT]: text.length,
    },
  });

export const kindOf = (payload: Buffer): keyof typeof kinds | undefined => {
  const first = String.fromCharCode(payload[0] ?? 0);
  return (Object.keys(kinds) as (keyof typeof kinds)[]).find((kind) => kinds[kind] === first);
};

export const headerRecord = (header: Header) =>
  payloadOf(kinds.header, Buffer.from(JSON.stringify(header)));

/** A group as a record. Each change comes as JSON text. */
export const groupRecord = (at: number, changes: string[]) => {
  const body = Buffer.from(`{"at":${at},"changes":[${changes.join(",")}]}`);
  return body.length < WORTH
    ? payloadOf(kinds.changes, body)
    : payloadOf(kinds.compressed, compress(body));
};

/** Says that what comes before it is each entry once: how much of a journal could not be said shorter. */
export const compactedRecord = () => payloadOf(kinds.compacted, Buffer.alloc(0));

/** What is in a record that is JSON. */
export const read = <T extends Header | Group>(payload: Buffer): T => {
  const body = payload.subarray(1);
  const text = kindOf(payload) === "compressed" ? brotliDecompressSync(body) : body;
  return JSON.parse(text.toString("utf8"));
};
