import { spawnSync } from "node:child_process";
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";

/**
 * A pipe with a name, for a shop to write its trace into: whoever reads it hears of each entry as it is written, and nothing
 * is kept. Undefined where the machine has no such pipes.
 */
export const tracePipe = (
  path: string,
): { hear: (heard: (line: string) => void) => void } | undefined => {
  if (spawnSync("mkfifo", ["-m", "600", path]).status !== 0) return undefined;
  return {
    hear(heard) {
      const stream = createReadStream(path);
      // The process at the other end is killed: what it had begun to write ends in the middle.
      stream.on("error", () => {});
      createInterface({ input: stream }).on("line", heard);
    },
  };
};
