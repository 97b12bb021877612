import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CannotStart } from "emulator/kernel/refusals";
import { scratch } from "./repository.ts";

/** What a running shop says of itself to the commands of its checkout. */
export type Running = {
  api: string;
  aws: string;
  accessKeyId: string;
  secretAccessKey: string;
  /** What lets its pages show credentials, and tells it from another shop at its address. */
  token: string;
  /** The address of the shop that it is a fork of. */
  forkOf?: string;
  /** Whether it is a recorded run: it is looked at, and is no shop that is meant by nobody's saying so. */
  recorded?: true;
};

const portOf = (url: string) => new URL(url).port;

/** One file per shop, named by its API's port: no two shops of a machine share it, and a stale one is written over. */
const folder = join(scratch, "running");

/** Lets commands find this shop. Answers how to take that back. Throws CannotStart where it cannot be written. */
export const announce = (shop: Running): (() => void) => {
  const file = join(folder, `${portOf(shop.api)}.json`);
  const text = JSON.stringify(shop);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(`${file}.new`, text, { mode: 0o600 });
    renameSync(`${file}.new`, file);
  } catch (error) {
    throw new CannotStart(`The addresses cannot be written: ${(error as Error).message}.`);
  }
  return () => rmSync(file, { force: true });
};

/** Asks the address, where nobody may be any more, or another shop: a process id says nothing, for ids repeat and containers have their own. */
const answers = async ({ api, token }: Running): Promise<"yes" | "no" | "another"> => {
  try {
    const signal = AbortSignal.timeout(10_000);
    const { status } = await fetch(`${api}/_local/token/admin?token=${token}`, { signal });
    return status === 403 ? "another" : status === 200 ? "yes" : "no";
  } catch (error) {
    const { code } = ((error as Error).cause ?? {}) as NodeJS.ErrnoException;
    return code === "ECONNREFUSED" ? "another" : "no";
  }
};

/** All shops of this checkout that answer, by their ports. What a shop left that was killed is taken away. */
const runningShops = async (): Promise<Running[]> => {
  let names: string[] = [];
  try {
    names = readdirSync(folder).filter((name) => name.endsWith(".json"));
  } catch {
    return [];
  }
  const found = await Promise.all(
    names.map(async (name) => {
      const file = join(folder, name);
      try {
        const shop: Running = JSON.parse(readFileSync(file, "utf8"));
        const answer = await answers(shop);
        if (answer === "another") rmSync(file, { force: true });
        return answer === "yes" ? [shop] : [];
      } catch {
        return []; // stopped meanwhile
      }
    }),
  );
  return found.flat().sort((a, b) => Number(portOf(a.api)) - Number(portOf(b.api)));
};

/**
 * Of these shops the one that is meant: the one with this port, or the only one that is no fork and no recorded run.
 * Throws CannotStart with what there is.
 */
export const meantOf = (shops: readonly Running[], port?: string): Running => {
  const what = ({ forkOf, recorded }: Running) =>
    recorded ? " (a recorded run)" : forkOf === undefined ? "" : " (a fork)";
  const ports = shops.map((one) => `--port ${portOf(one.api)}${what(one)}`).join(" or ");
  const meant =
    port === undefined
      ? shops.filter(({ forkOf, recorded }) => forkOf === undefined && !recorded)
      : shops.filter(({ api, aws }) => [api, aws].map(portOf).includes(port));
  const [shop, ...others] = meant;
  if (shop && others.length === 0) return shop;
  if (shops.length === 0)
    throw new CannotStart("No shop is running here: start one with `npm start`.");
  if (shop) throw new CannotStart(`${meant.length} shops are running here; say which: ${ports}.`);
  const where = port === undefined ? "of its own here" : `at port ${port}`;
  throw new CannotStart(`No shop is running ${where}; there is ${ports}.`);
};

/** The running shop that is meant (`meantOf`). Throws CannotStart. */
export const theShop = async (port?: string): Promise<Running> =>
  meantOf(await runningShops(), port);
