import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Credentials } from "emulator/doors/wire/credentials";
import { CannotStart } from "emulator/kernel/refusals";

const fileIn = (dir: string) => join(dir, "administrator.json");

const readKey = (file: string): Credentials | undefined => {
  try {
    const { accessKeyId, secretAccessKey } = JSON.parse(readFileSync(file, "utf8"));
    return typeof accessKeyId === "string" && typeof secretAccessKey === "string"
      ? { accessKeyId, secretAccessKey }
      : undefined;
  } catch {
    return undefined;
  }
};

/** The administrator's key that a directory keeps, if any: terminals in which it was exported go on working. */
export const keptKey = (dir: string): Credentials | undefined => {
  const file = fileIn(dir);
  if (!existsSync(file)) return undefined;
  const key = readKey(file);
  if (!key)
    throw new CannotStart(
      `${file} does not hold the administrator's key: take it away, and another one is made.`,
    );
  if (!existsSync(join(dir, "journal")))
    throw new CannotStart(
      `${dir} was in use by a shop, and its journal is gone: name another directory, or delete this one.`,
    );
  return key;
};

/** Keeps the administrator's key in a directory. Throws CannotStart where it cannot. */
export const keepKey = (dir: string, { accessKeyId, secretAccessKey }: Credentials) => {
  const file = fileIn(dir);
  try {
    writeFileSync(`${file}.new`, JSON.stringify({ accessKeyId, secretAccessKey }), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  } catch (error) {
    throw new CannotStart(`Cannot keep anything in ${dir}: ${(error as Error).message}.`);
  }
};
