import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Readable } from "node:stream";
import { promisify } from "node:util";
import { listenOnLoopback } from "emulator/doors/wire/server";
import { afterAll, describe, expect, it } from "vitest";
import { announce } from "../running.ts";
import { type OutsideShop, openOutsideShop } from "./outside-shop.ts";

const folder = mkdtempSync(join(tmpdir(), "runs-outside-"));
const shops: OutsideShop[] = [];
afterAll(async () => {
  await Promise.all(shops.map((shop) => shop.stop()));
  rmSync(folder, { recursive: true, force: true });
});

const open = async (options: string[] = []) => {
  const shop = await openOutsideShop({ options });
  shops.push(shop);
  const { api, token } = shop.ready as typeof shop.ready & { token: string };
  return {
    shop,
    ask: async (path: string) => {
      const headers = { "x-petstore": "console" };
      const answer = await fetch(`${api}/_local/console/${path}?token=${token}`, { headers });
      return answer.json();
    },
  };
};

/** A command as somebody types it in another directory. */
const typed = async (name: string, ...args: string[]) => {
  const file = resolve(`local/commands/${name}.ts`);
  const env = { ...process.env, INIT_CWD: folder };
  try {
    await promisify(execFile)(process.execPath, [file, ...args], { cwd: folder, env });
    return { code: 0, stderr: "" };
  } catch (error) {
    const { code, stderr } = error as { code: number; stderr: string };
    return { code, stderr: stderr.trim() };
  }
};

describe("an export that is broken off", () => {
  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)(
    "with %s leaves no file, says so in one sentence, and ends with %i",
    async (signal, code) => {
      // What stands for a shop: its export does not come to an end.
      const server = await listenOnLoopback(0);
      const answer = { status: 200, headers: {}, body: "{}" };
      const endless = async function* () {
        yield Buffer.alloc(100_000);
        await new Promise(() => {});
      };
      server.serve(async ({ path }) =>
        path.endsWith("/run") ? { ...answer, stream: Readable.from(endless()) } : answer,
      );
      const { url } = server;
      const keys = { token: "t", accessKeyId: "k", secretAccessKey: "s" };
      const forget = announce({ api: url, aws: url, ...keys });
      const before = readdirSync(folder);
      const child = spawn(
        process.execPath,
        [
          resolve("local/commands/shop.ts"),
          "--port",
          String(server.port),
          "export",
          "b.petstore-run",
        ],
        { cwd: folder, env: { ...process.env, INIT_CWD: folder } },
      );
      let said = "";
      child.stderr.on("data", (text) => {
        said += text;
      });
      await expect.poll(() => readdirSync(folder).join()).toMatch(/\.b\.petstore-run\.\d+\.part/);
      const ended = once(child, "close");
      child.kill(signal);
      child.kill(signal); // as from a terminal, and once more from npm
      expect((await ended)[0]).toBe(code);
      expect(said).toBe("The export was broken off; nothing was written.\n");
      expect(readdirSync(folder)).toEqual(before);
      forget();
      await server.stop();
    },
    120_000,
  );
});

describe("a run", () => {
  it("is exported by one process and looked at in another, with the same orders; nothing is written over", async () => {
    const { shop, ask } = await open();
    const orderId = await shop.place();
    await shop.until(orderId, "CONFIRMED");
    const line = ["--port", new URL(shop.ready.api).port, "export", "a.petstore-run"];
    expect(await typed("shop", ...line)).toEqual({ code: 0, stderr: "" });
    expect(await typed("shop", ...line)).toEqual({
      code: 2,
      stderr: `${join(folder, "a.petstore-run")} is there already, and nothing is written over it.`,
    });
    expect(readdirSync(folder)).toEqual(["a.petstore-run"]);
    const other = await open(["--run", join(folder, "a.petstore-run")]);
    const ids = async (from: typeof ask) =>
      ((await from("orders")) as { orders: { orderId: string }[] }).orders.map(
        (one) => one.orderId,
      );
    expect(await ids(ask)).toEqual([orderId]);
    expect(await ids(other.ask)).toEqual([orderId]);
    expect(JSON.stringify(await other.ask(`orders/${orderId}`))).toContain("CapturePayment");
    expect(await typed("start", "--run", "nothing")).toEqual({
      code: 2,
      stderr: "nothing is not there.",
    });
  });
});
