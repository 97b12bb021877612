import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative, sep } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { repositoryRoot } from "../repository.ts";

const TOP = ["emulator", "infra", "local", "packages", "scripts", "services"];
const FILES = [
  "package.json",
  "pnpm-lock.yaml",
  "pnpm-workspace.yaml",
  "sst.config.ts",
  "vitest.config.ts",
];

/** Links what an installation has: what is in the workspace to the copy, all else to the original's store. */
const link = (copy: string, folder: string) => {
  mkdirSync(join(copy, folder), { recursive: true });
  for (const name of readdirSync(join(repositoryRoot, folder))) {
    const path = join(folder, name);
    const at = join(repositoryRoot, path);
    if (name.startsWith("@") && !lstatSync(at).isSymbolicLink()) link(copy, path);
    else if (name === ".bin" || !name.startsWith(".")) {
      const to = realpathSync(at);
      const inside = relative(repositoryRoot, to);
      symlinkSync(
        inside.includes("node_modules") ? to : relative(join(copy, folder), join(copy, inside)),
        join(copy, path),
      );
    }
  }
};

describe.skipIf(process.platform === "win32")(
  "a checkout whose path has blanks, umlauts, # and %",
  () => {
    let copy: string;
    let child: ChildProcess | undefined;
    beforeAll(() => {
      copy = mkdtempSync(join(tmpdir(), "pet shöp #1 at 50%25 & more "));
      const filter = (path: string) =>
        !/[\\/](node_modules|\.sst)([\\/]|$)/.test(path.slice(repositoryRoot.length - 1));
      for (const name of [...TOP, ...FILES])
        cpSync(join(repositoryRoot, name), join(copy, name), { recursive: true, filter });
      const groups = ["packages", "services"].flatMap((group) =>
        readdirSync(join(repositoryRoot, group)).map((name) => group + sep + name),
      );
      for (const folder of [".", "emulator", "local", ...groups])
        if (existsSync(join(repositoryRoot, folder, "node_modules")))
          link(copy, join(folder, "node_modules"));
    });
    afterAll(() => {
      child?.kill("SIGKILL");
      rmSync(copy, { recursive: true, force: true });
    });

    test("runs the shop", async () => {
      const args = ["local/commands/start.ts", "--json", "--port", "0", "--api-port", "0"];
      const shop = spawn(process.execPath, args, { cwd: copy });
      child = shop;
      let said = "";
      shop.stderr.on("data", (chunk) => {
        said += chunk;
      });
      const { api, accounts } = await new Promise<{
        api: string;
        accounts: { alice: { token: string } };
      }>((resolve, reject) => {
        shop.stdout.once("data", (line) => resolve(JSON.parse(line)));
        shop.once("exit", () => reject(new Error(said)));
      });
      const headers = {
        authorization: `Bearer ${accounts.alice.token}`,
        "content-type": "application/json",
        "idempotency-key": "an-order-from-an-odd-path",
      };
      const body = JSON.stringify({
        lines: [{ productId: "prd_hay", quantity: 1 }],
        paymentToken: "tok_approve",
      });
      const placed = await fetch(`${api}/orders`, { method: "POST", headers, body });
      const { orderId } = (await placed.json()) as { orderId: string };
      await expect
        .poll(async () => await (await fetch(`${api}/orders/${orderId}`, { headers })).json())
        .toMatchObject({ status: "CONFIRMED" });
      // Vite builds nothing here, which is said; the shop itself runs.
      const unbuilt = /The page \/\w+\/ cannot be built: the path of this checkout .+\n/g;
      expect(said.replaceAll(unbuilt, "")).toBe("");
    });

    test("runs its tests", () => {
      const PATH = [dirname(process.execPath), "node_modules/.bin", process.env.PATH].join(":");
      const { VITEST, ...rest } = process.env;
      // More workers would import, bundle and open the same once each.
      const env = { ...rest, VITEST_MAX_WORKERS: "1" };
      const { stdout, stderr } = spawnSync(
        process.execPath,
        ["scripts/check.ts", "services/orders/src/domain", "local/test/budgets"],
        { cwd: copy, encoding: "utf8", env: { ...env, PATH } },
      );
      expect(stdout + stderr).toMatch(/\n\d\d+ passed, 0 failed\n/);
    });
  },
);
