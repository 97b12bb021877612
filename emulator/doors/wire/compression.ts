import { gunzipSync, inflateSync } from "node:zlib";
import type { WireRequest } from "./message.ts";

/** Why a compressed body cannot be read. */
export class Unreadable extends Error {
  override name = "Unreadable";
  readonly tooLarge: boolean;
  constructor(message: string, tooLarge = false) {
    super(message);
    this.tooLarge = tooLarge;
  }
}

/** What DynamoDB was seen to read. */
const unpackers = new Map([
  ["gzip", gunzipSync],
  ["deflate", inflateSync],
]);

/** What a body may have when it is unpacked: as many bytes as DynamoDB takes of one that is not compressed. */
const largest = 16 * 1024 * 1024;

/** The request with its body as it was before it was compressed. Throws Unreadable. */
export const decompressed = (request: WireRequest): WireRequest => {
  const encoding = request.headers["content-encoding"]?.trim().toLowerCase() || "identity";
  if (encoding === "identity") return request;
  const unpack = unpackers.get(encoding);
  if (!unpack) throw new Unreadable(`The encoding ${encoding} is not known.`);
  try {
    return { ...request, body: unpack(request.body, { maxOutputLength: largest }) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE")
      throw new Unreadable(`A request may have ${largest} bytes, unpacked.`, true);
    throw new Unreadable(`The request body is not ${encoding}.`);
  }
};
