import { createWriteStream, openSync } from "node:fs";
import { CannotStart } from "./refusals.ts";
import type { Entry, Trace } from "./trace.ts";

/** What may wait to be written, in bytes: where the disk is slower than what passes, entries are left out and named. */
const mostWaiting = 64 * 1024 * 1024;

const lineOf = (entry: Entry): string => {
  try {
    return `${JSON.stringify(entry)}\n`;
  } catch (error) {
    const { seq, at, kind, cause } = entry;
    return `${JSON.stringify({ seq, at, kind, cause, unwritable: String(error) })}\n`;
  }
};

/**
 * Writes a trace into a file, an entry a line of JSON, from those that it has on, and waits for no disk. A file that
 * cannot be written any more is told in one sentence, and nothing else stops. Throws CannotStart where it cannot be
 * opened. Answers how to bring it to its end.
 */
export const writeTraceTo = (
  trace: Trace,
  file: string,
  say: (text: string) => void,
): (() => Promise<void>) => {
  let fd: number;
  try {
    fd = openSync(file, "w", 0o600); // tokens pass, too
  } catch (error) {
    throw new CannotStart(`Cannot write the trace to ${file}: ${(error as Error).message}.`);
  }
  const stream = createWriteStream(file, { fd });
  const closed = new Promise<void>((resolve) => stream.once("close", resolve));
  let batch: Entry[] = trace.entries(0, Number.POSITIVE_INFINITY);
  let scheduled = false;
  let leftOut: { kind: "left-out"; from: number; to: number } | undefined;

  const flush = () => {
    scheduled = false;
    const entries = batch;
    batch = [];
    const [first, last] = [entries[0], entries.at(-1)];
    if (!first || !last || !stream.writable) return;
    if (stream.writableLength > mostWaiting) {
      if (!leftOut) say(`The trace in ${file} has gaps: the disk is slower than what passes.`);
      leftOut = { kind: "left-out", from: leftOut?.from ?? first.seq, to: last.seq };
      return;
    }
    const gap = leftOut ? `${JSON.stringify(leftOut)}\n` : "";
    leftOut = undefined;
    stream.write(gap + entries.map(lineOf).join(""));
  };
  const stopHearing = trace.hear((entry) => {
    batch.push(entry);
    if (scheduled) return;
    scheduled = true;
    setImmediate(flush);
  });
  stream.on("error", (error) => {
    stopHearing();
    say(`The trace is not written to ${file} any more: ${error.message}.`);
  });
  flush();

  return async () => {
    stopHearing();
    flush();
    stream.end();
    await closed;
  };
};
