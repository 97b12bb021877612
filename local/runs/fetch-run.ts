import { createWriteStream, existsSync, type Stats, statSync } from "node:fs";
import { link, rename, rm } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { CannotStart } from "emulator/kernel/refusals";
import { readRecording } from "emulator/recording/read-recording";
import { BrokenOff } from "../command-line.ts";
import { refuse, type Told } from "../control/told.ts";
import { runShapes } from "./run-shapes.ts";

/** The file that stands behind `export`. Refuses none. */
export const fileOf = (name: string): string =>
  name === ""
    ? refuse("Into which file? For instance: export monday.petstore-run.")
    : // Where it was typed: npm runs commands at the root of the checkout.
      resolve(process.env.INIT_CWD ?? process.cwd(), name);

const statOf = (file: string): Stats | undefined => statSync(file, { throwIfNoEntry: false });

const checkPlace = (file: string) => {
  if (existsSync(file)) refuse(`${file} is there already, and nothing is written over it.`);
  if (!statOf(dirname(file))?.isDirectory())
    refuse(`There is no directory ${dirname(file)} to write ${basename(file)} into.`);
};

const KB = 1024;
const sizeOf = (bytes: number) =>
  bytes < KB * KB ? `${Math.ceil(bytes / KB)} KB` : `${(bytes / KB / KB).toFixed(1)} MB`;

/** Says on a terminal how far it is, in the same place each time. */
const progress = () => {
  const { stderr } = process;
  let at = 0;
  return {
    say(bytes: number) {
      if (!stderr.isTTY || performance.now() - at < 200) return;
      at = performance.now();
      stderr.write(`\rExporting … ${sizeOf(bytes)}   `);
    },
    end: () => void (stderr.isTTY && stderr.write("\r\u001b[K")),
  };
};

/** Puts a file in its place, unless somebody else has put one there meanwhile. */
const putInPlace = async (beside: string, file: string) => {
  try {
    await link(beside, file);
    await rm(beside);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") refuse(`${file} is there already, and nothing is written over it.`);
    await rename(beside, file); // a disk that has no links
  }
};

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Writes the run of a running shop into a file: beside it first, so that what is broken off leaves nothing. */
export const fetchRun = async ({
  api,
  token,
  file,
}: {
  api: string;
  token: string;
  file: string;
}): Promise<Told> => {
  checkPlace(file);
  const beside = join(dirname(file), `.${basename(file)}.${process.pid}.part`);
  const broken = new AbortController();
  // The terminal signals this process, and npm passes the signal on: it may come twice.
  const stop = (signal: NodeJS.Signals) => broken.abort(signal);
  for (const signal of SIGNALS) process.on(signal, stop);
  const { say, end } = progress();
  try {
    const answer = await fetch(`${api}/_local/console/run?token=${token}`, {
      headers: { "x-petstore": "console" },
      signal: broken.signal,
    });
    if (!answer.ok || !answer.body) {
      const { detail } = (await answer.json()) as { detail?: string };
      return refuse(detail ?? `The shop answered ${answer.status}.`);
    }
    let bytes = 0;
    const counted = async function* (chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        bytes += chunk.length;
        say(bytes);
        yield chunk;
      }
    };
    const target = createWriteStream(beside, { flags: "wx", mode: 0o600 });
    await pipeline(Readable.fromWeb(answer.body), counted, target, { signal: broken.signal });
    // What cannot be read again is no export.
    const { head } = await readRecording(beside, file, {
      shapes: runShapes,
      signal: broken.signal,
    });
    await putInPlace(beside, file);
    return {
      said: `The run is in ${file}: ${head.entries} entries, ${head.moments} moments, ${sizeOf(bytes)}.`,
      next: `Look at it, here or on another machine: npm start -- --run ${file}`,
    };
  } catch (error) {
    await rm(beside, { force: true });
    if (broken.signal.aborted)
      throw new BrokenOff(broken.signal.reason, "The export was broken off; nothing was written.");
    if (error instanceof CannotStart) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    if (code?.startsWith("E") && !code.startsWith("ERR")) throw error; // the disk's own words
    throw new CannotStart(`The export was broken off, and nothing was written: ${message}.`);
  } finally {
    end();
    for (const signal of SIGNALS) process.off(signal, stop);
  }
};
