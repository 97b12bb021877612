import { appendFileSync, mkdirSync, readFileSync } from "node:fs";
import { userInfo } from "node:os";
import { dirname, join } from "node:path";
import { scratch } from "../repository.ts";
import type { Entry } from "./redrive.ts";

/** What is left behind of every message that was redriven or discarded. */
export type RedriveRecord = {
  add: (entry: Entry) => void;
  /** The newest entries of the shop with this AWS endpoint, so many at most, the newest first. */
  newest: (shop: string, most: number) => Entry[];
};

/** Where `npm run redrive`, the console and the commands to a running shop keep it: a line of JSON for each message. */
export const recordFile = join(scratch, "redrive.jsonl");

/** Who does something at this machine. */
export const whoami = (): string => {
  try {
    return userInfo().username;
  } catch {
    return "unknown"; // a container's user may have no name
  }
};

const read = (line: string): Entry[] => {
  try {
    return [JSON.parse(line)];
  } catch {
    return []; // cut off
  }
};

const ofShop = (entries: Entry[], shop: string, most: number) =>
  entries
    .filter((entry) => entry.shop === shop)
    .slice(-most)
    .reverse();

/** The record in a file, which is only ever appended to. Throws where it cannot be written. */
export const recordIn = (file: string): RedriveRecord => ({
  add(entry) {
    mkdirSync(dirname(file), { recursive: true });
    appendFileSync(file, `${JSON.stringify(entry)}\n`, { mode: 0o600 });
  },
  newest(shop, most) {
    try {
      return ofShop(readFileSync(file, "utf8").split("\n").flatMap(read), shop, most);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
      throw error;
    }
  },
});

/** The record of a shop that keeps nothing. */
export const recordInMemory = (): RedriveRecord => {
  const entries: Entry[] = [];
  return {
    add: (entry) => void entries.push(entry),
    newest: (shop, most) => ofShop(entries, shop, most),
  };
};
