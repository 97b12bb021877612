import { existsSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { createServer } from "node:net";
import { availableParallelism, freemem } from "node:os";
import { join } from "node:path";
import { repositoryRoot } from "../repository.ts";
import { bad, type Finding, fine, type Look, without } from "./finding.ts";

const GB = 1024 ** 3;
const round = (bytes: number) => (bytes / GB).toFixed(1);

/** Of memory and cores: a shop takes some 200 MB, the tests 2 GB. */
export const judgeMemory = (free: number, cores: number): Finding => {
  const has = `${round(free)} GB of memory are free, and there are ${cores} cores`;
  if (free < 0.5 * GB) return bad(`${has}: the shop needs half a gigabyte. Close something.`);
  if (free < 2 * GB || cores < 2)
    return without(
      `${has}: enough for the shop and the lessons; all tests want 2 GB and two cores.`,
    );
  return fine(`${has}.`);
};

/** Of the disk: what is installed takes 350 MB, SST's components 324 MB. */
export const judgeDisk = (free: number, platform: boolean): Finding => {
  const needed = platform ? 0.3 : 0.7;
  const has = `${round(free)} GB of disk are free`;
  return free < needed * GB
    ? bad(`${has}: ${needed} GB are needed${platform ? "" : ", SST's components included"}.`)
    : fine(`${has}.`);
};

/** Whether nobody listens at a port of this machine. */
const isFree = (port: number) =>
  new Promise<boolean>((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });

/** Of the ports that `npm start` takes where they are free. */
export const judgePorts = async (ports: readonly number[]): Promise<Finding> => {
  const free = await Promise.all(ports.map(isFree));
  const taken = ports.filter((_, i) => !free[i]);
  return taken.length === 0
    ? fine(`The ports ${ports.join(" and ")} are free.`)
    : without(
        `Something listens at ${taken.join(" and ")}: npm start takes the next free port, and prints it.`,
      );
};

const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";

/** What the machine itself has. */
export const machine: Look[] = [
  async () => fine(`Node ${process.versions.node} runs the shop.`),
  async () => judgeMemory(freemem(), availableParallelism()),
  async () => {
    const { bavail, bsize } = await statfs(repositoryRoot);
    return judgeDisk(bavail * bsize, existsSync(join(repositoryRoot, ".sst/provider-lock.json")));
  },
  () => judgePorts([3000, 4566]),
  async () =>
    existsSync(CHROMIUM)
      ? fine("There is a Chromium for the tests in a browser.")
      : without(
          "There is no Chromium (CHROMIUM=…): the tests in a browser are skipped, all else works.",
        ),
  async () =>
    existsSync(join(repositoryRoot, ".sst/provider-lock.json"))
      ? fine("SST's components are installed: infra/ can be evaluated offline.")
      : without(
          "SST's components are not installed: whoever changes infra/ runs npm run synth once, online (324 MB).",
        ),
];
