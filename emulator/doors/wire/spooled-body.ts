import { createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import type { WireRequest } from "./message.ts";

/** Says, by a request's head, whether its body goes into a file, and how many bytes it may have there. */
export type Spool = (head: Omit<WireRequest, "body">) => number | undefined;

/** A body in a file of its own; `file` is undefined for one that has more than it may. */
export type SpooledBody = { file: string | undefined; remove: () => Promise<void> };

/** Takes the body of a request into a temporary file that only this user may read. Rejects where it does not come to its end. */
export const spooledBody = async (request: IncomingMessage, most: number): Promise<SpooledBody> => {
  const folder = await mkdtemp(join(tmpdir(), "spooled-"));
  const remove = () => rm(folder, { recursive: true, force: true });
  const file = join(folder, "body");
  let size = 0;
  const bounded = async function* (chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) {
      size += chunk.length;
      // The rest is read all the same: who is still sending hears no answer.
      if (size <= most) yield chunk;
    }
  };
  try {
    await pipeline(request, bounded, createWriteStream(file, { mode: 0o600 }));
  } catch (error) {
    await remove();
    throw error;
  }
  if (size <= most) return { file, remove };
  await remove();
  return { file: undefined, remove };
};
