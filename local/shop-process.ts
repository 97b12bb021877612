import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { repositoryRoot } from "./repository.ts";

/** What `npm start -- --json` prints when the shop is open. */
export type Ready = {
  api: string;
  aws: string;
  token: string;
  accessKeyId: string;
  secretAccessKey: string;
  accounts: Record<string, { token: string; customerId: string }>;
};

/** A shop in a process of its own. */
export type ShopProcess = {
  child: ChildProcess;
  /** Resolves when its doors are open; rejects, with what it said, when it ends before. */
  ready: Promise<Ready>;
  /** What it has said on standard error. */
  stderr: () => string;
  /** Sends it a signal and waits for its end. */
  stop: (signal?: NodeJS.Signals) => Promise<void>;
};

/** Starts the shop in a process of its own, with options of its own and of Node's. It ends when this process has gone. */
export const startShopProcess = ({
  options = [],
  node = [],
  env = {},
}: {
  options?: string[];
  node?: string[];
  env?: Record<string, string>;
} = {}): ShopProcess => {
  const file = (path: string) => join(repositoryRoot, path);
  const program = [file("scripts/with-parent.mjs"), file("local/commands/start.ts")];
  const child = spawn(
    process.execPath,
    [...node, ...program, "--json", "--port", "0", "--api-port", "0", ...options],
    { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe", "ipc"] },
  );
  let said = "";
  child.stderr?.on("data", (chunk) => {
    said += chunk;
  });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const ready = new Promise<Ready>((resolve, reject) => {
    let line = "";
    child.stdout?.on("data", (chunk) => {
      line += chunk;
      if (line.includes("\n")) resolve(JSON.parse(line));
    });
    child.once("error", reject);
    child.once("exit", () => reject(new Error(said || "It ended without a word.")));
  });
  ready.catch(() => {}); // whoever waits for it hears of it
  return {
    child,
    ready,
    stderr: () => said,
    stop(signal = "SIGINT") {
      child.kill(signal);
      return ended;
    },
  };
};
