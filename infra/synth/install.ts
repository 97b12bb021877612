import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Where SST keeps its components, in a checkout. */
export const platformIn = (root: string) => join(root, ".sst", "platform");

const sstIn = (root: string) => join(root, "node_modules", "sst");

/** The version of SST that is installed. */
export const sstVersion = (root: string): string =>
  JSON.parse(readFileSync(join(sstIn(root), "package.json"), "utf8")).version;

/** What SST needs to be told to leave the cloud, GitHub and the terminal alone. */
const offline = {
  SST_STAGE: "local",
  SST_SKIP_DEPENDENCY_CHECK: "1",
  SST_TELEMETRY_DISABLED: "1",
  NO_BUN: "1",
  AWS_EC2_METADATA_DISABLED: "true",
};

/** Installs SST's components from the npm registry where they are missing or of another version. Takes up to two minutes. */
export const installPlatform = (root: string) => {
  const version = sstVersion(root);
  const installed = join(platformIn(root), "version");
  const complete = join(root, ".sst", "provider-lock.json"); // written last
  if (
    existsSync(complete) &&
    existsSync(installed) &&
    readFileSync(installed, "utf8").trim() === version
  )
    return;
  process.stderr.write(
    `Installing SST ${version}'s components into .sst/platform: once, about a minute and 324 MB ...\n`,
  );
  const { status } = spawnSync(process.execPath, [join(sstIn(root), "bin", "sst.mjs"), "install"], {
    cwd: root,
    env: { ...process.env, ...offline },
    stdio: ["ignore", 2, 2],
  });
  if (status !== 0) throw new Error("`sst install` failed");
};
