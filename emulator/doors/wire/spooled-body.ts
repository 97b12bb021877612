import { createWriteStream, mkdtempSync, rmSync } from "node:fs";
import { lstat, readdir, rm } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { hostname, tmpdir } from "node:os";
import { basename, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { fnv1a } from "../../kernel/hash.ts";
import type { WireRequest } from "./message.ts";

/** Says, by a request's head, whether its body goes into a file, and how many bytes it may have there. */
export type Spool = (head: Omit<WireRequest, "body">) => number | undefined;

/** A body in a file of its own; `file` is undefined for one that has more than it may. */
export type SpooledBody = { file: string | undefined; remove: () => void };

/** Process ids say nothing to another machine, or container, that has the same temporary folder. */
const machine = fnv1a(hostname()).toString(36);
const nameOf = (pid: number) => `spooled-${machine}-${pid}-`;

/** The folders of this process. What is under way when it ends has no time to remove its own. */
const own = new Set<string>();
const removeOwn = () => {
  for (const folder of own) rmSync(folder, { recursive: true, force: true });
};

const isRunning = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM"; // another user's
  }
};

const isLeft = (folder: string) => {
  const [, of, pid] = /^spooled-(\w+)-(\d{1,9})-/.exec(basename(folder)) ?? [];
  if (of !== machine) return false;
  return Number(pid) === process.pid ? !own.has(folder) : !isRunning(Number(pid));
};

/** Takes away the folders that processes of this user and machine left behind which are no more. */
export const sweepSpooled = async (within = tmpdir()): Promise<void> => {
  const names = await readdir(within).catch(() => []);
  for (const folder of names.map((name) => join(within, name)).filter(isLeft)) {
    const { uid } = (await lstat(folder).catch(() => undefined)) ?? {};
    if (uid === process.getuid?.())
      await rm(folder, { recursive: true, force: true }).catch(() => {});
  }
};

/**
 * Takes the body of a request into a temporary file that only this user may read. Rejects where it does not come to its
 * end, or `signal` ends it; then nothing is left.
 */
export const spooledBody = async (
  request: IncomingMessage,
  most: number,
  { signal, within = tmpdir() }: { signal?: AbortSignal; within?: string } = {},
): Promise<SpooledBody> => {
  const folder = mkdtempSync(join(within, nameOf(process.pid)));
  if (own.size === 0 && !process.listeners("exit").includes(removeOwn))
    process.on("exit", removeOwn);
  own.add(folder);
  const remove = () => {
    rmSync(folder, { recursive: true, force: true });
    own.delete(folder);
  };
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
    const target = createWriteStream(file, { mode: 0o600 });
    await pipeline(request, bounded, target, signal ? { signal } : {});
  } catch (error) {
    remove();
    throw error;
  }
  if (size <= most) return { file, remove };
  remove();
  return { file: undefined, remove };
};
