import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { test } from "vitest";
import { pageIn } from "./windows.ts";

const root = join(import.meta.dirname, "../..");

/** The browser of this machine: CHROMIUM names it, Debian has it at /usr/bin/chromium. */
export const browserFile = [
  process.env.CHROMIUM,
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
].find((file) => file !== undefined && existsSync(file));

/** A test that wants a browser. Where there is none it is skipped, and says so in its title. */
export const browserTest = browserFile
  ? test
  : (title: string, _work: () => Promise<void>) =>
      test.skip(`${title} (no Chromium here: install Debian's, or name one in CHROMIUM)`, () => {});

/** Opens the browser of this machine, which asks nobody for anything. */
export const openBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: browserFile ?? "",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });

/** A shop as `npm start` runs it. */
export type RunningShop = {
  api: string;
  aws: string;
  token: string;
  accounts: Record<string, { token: string; customerId: string }>;
  accessKeyId: string;
  secretAccessKey: string;
  stop: (signal?: NodeJS.Signals) => Promise<void>;
};

const ended = (child: ChildProcess) =>
  new Promise<void>((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve();
    else child.once("exit", () => resolve());
  });

/** Starts the shop with the program that `npm start` starts. It ends when this process has gone. */
export const startShop = async (...args: string[]): Promise<RunningShop> => {
  const ports = args.includes("--api-port") ? ["--port", "0"] : ["--port", "0", "--api-port", "0"];
  const program = ["scripts/with-parent.mjs", "local/commands/start.ts", "--json"];
  const child = spawn(process.execPath, [...program, ...ports, ...args], {
    cwd: root,
    env: { ...process.env, PATH: `${dirname(process.execPath)}:${process.env.PATH}` },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  let told = "";
  child.stderr?.setEncoding("utf8").on("data", (chunk) => {
    told = `${told}${chunk}`.slice(-4000);
  });
  const ready = await new Promise<Omit<RunningShop, "stop">>((resolve, reject) => {
    createInterface(child.stdout as Readable).once("line", (line) => resolve(JSON.parse(line)));
    child.once("exit", (code) => reject(new Error(`npm start ended with ${code}: ${told}`)));
  });
  return {
    ...ready,
    async stop(signal = "SIGTERM") {
      child.kill(signal);
      await ended(child);
    },
  };
};

/** Has a shop do a command, as `npm run shop --` would. */
export const command = async ({ api, token }: RunningShop, line: string): Promise<void> => {
  const answer = await fetch(`${api}/_local/console/commands?token=${token}`, {
    method: "POST",
    headers: { "x-petstore": "console", "content-type": "application/json" },
    body: JSON.stringify({ line }),
  });
  if (!answer.ok) throw new Error(`${line}: ${answer.status} ${await answer.text()}`);
};

/** What a page did that it must not: errors in its console, failed requests, requests to another host. */
export type Watched = Page & { faults: string[] };

/**
 * Opens a page of the shop that is watched. Requests that the page itself gave up are no faults; with `outage`, nor are those
 * that nobody answered.
 */
export const openPage = async (
  context: BrowserContext,
  shop: Pick<RunningShop, "api" | "token">,
  path = "/shop/",
  { outage = false } = {},
): Promise<Watched> => {
  const page = Object.assign(await pageIn(context), { faults: [] as string[] });
  page.on("console", (message) => {
    const refusedOrGone = /^Failed to load resource: (the server responded|net::ERR)/;
    if (message.type() !== "error") return;
    // A status that the page knows how to tell is none; what was not answered is seen below.
    if (refusedOrGone.test(message.text())) return;
    page.faults.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => page.faults.push(`thrown: ${error.message}`));
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (url.protocol !== "data:" && url.origin !== new URL(shop.api).origin)
      page.faults.push(`asks another host: ${url.href}`);
  });
  page.on("requestfailed", (request) => {
    const why = request.failure()?.errorText ?? "";
    if (why !== "net::ERR_ABORTED" && !outage) page.faults.push(`${request.url()}: ${why}`);
  });
  page.on("response", (response) => {
    if (response.status() >= 500 && !outage)
      page.faults.push(`${response.url()}: ${response.status()}`);
  });
  await page.goto(`${shop.api}${path}?token=${shop.token}`);
  return page;
};

/** Becomes a customer in the shop's page. */
export const become = async (page: Page, fullName: string) => {
  await page.locator("header .who").click();
  await page.getByRole("button", { name: fullName }).click();
  await page.locator("header .who", { hasText: fullName }).waitFor();
};
